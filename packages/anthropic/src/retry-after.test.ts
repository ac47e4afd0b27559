import { expect, it } from "vitest";
import { retryAfterMs } from "./retry-after.ts";

const now = Date.parse("2026-11-21T06:00:00Z");

it.each<[{ [name: string]: string }, number | undefined]>([
  [{}, undefined],
  [{ "retry-after": "2" }, 2_000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after": "Sat, 21 Nov 2026 06:00:30 GMT" }, 30_000],
  [{ "retry-after": "Sat, 21 Nov 2026 05:00:00 GMT" }, 0],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after-ms": "20", "retry-after": "1" }, 20],
  // The limits that are used up say when they are back; the others do not matter.
  [
    {
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-11-21T06:00:10Z",
      "anthropic-ratelimit-input-tokens-remaining": "0",
      "anthropic-ratelimit-input-tokens-reset": "2026-11-21T06:00:20Z",
      "anthropic-ratelimit-output-tokens-remaining": "500",
      "anthropic-ratelimit-output-tokens-reset": "2026-11-21T06:01:00Z",
    },
    20_000,
  ],
  [{ "anthropic-ratelimit-requests-reset": "2026-11-21T06:00:10Z" }, undefined],
  [
    {
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "later",
    },
    undefined,
  ],
])("%j is %s ms", (headers, ms) => {
  expect(retryAfterMs(new Headers(headers), now)).toBe(ms);
});
