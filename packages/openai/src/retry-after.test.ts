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
  // OpenAI: durations, by limit.
  [{ "x-ratelimit-reset-requests": "6m0s" }, 360_000],
  [{ "x-ratelimit-reset-tokens": "20ms" }, 20],
  [{ "x-ratelimit-reset-tokens": "1h30m0.5s" }, 5_400_500],
  [{ "x-ratelimit-reset-requests": "1m", "x-ratelimit-reset-tokens": "2s" }, 2_000],
  [
    {
      "x-ratelimit-reset-requests": "1m",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-tokens": "2s",
      "x-ratelimit-remaining-tokens": "5000",
    },
    60_000,
  ],
  [{ "x-ratelimit-reset-requests": "later" }, undefined],
  // Others: seconds, or a Unix time in seconds or ms.
  [{ "x-ratelimit-reset": "3" }, 3_000],
  [{ "x-ratelimit-reset": String(now / 1000 + 4) }, 4_000],
  [{ "x-ratelimit-reset": String(now + 5_000) }, 5_000],
  [{ "x-ratelimit-reset": String(now - 5_000) }, 0],
])("%j is %s ms", (headers, ms) => {
  expect(retryAfterMs(new Headers(headers), now)).toBe(ms);
});
