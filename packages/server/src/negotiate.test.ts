import { describe, expect, test } from "vitest";
import { checkProtocol, negotiate, prefersAsync } from "./negotiate.ts";

const offers = ["text/event-stream", "application/x-ndjson", "application/json"] as const;

function request(headers: Record<string, string>, query = ""): Request {
  return new Request(`http://localhost/${query}`, { headers });
}

describe("negotiate", () => {
  test.each([
    [undefined, "text/event-stream"],
    ["*/*", "text/event-stream"],
    ["application/json", "application/json"],
    ["APPLICATION/JSON", "application/json"],
    ["application/x-ndjson", "application/x-ndjson"],
    ["application/json, text/plain, */*", "application/json"],
    ["application/*", "application/x-ndjson"],
    ["text/html, */*;q=0.8", "text/event-stream"],
    ["application/json;q=0.5, text/event-stream;q=0.4", "application/json"],
    ["application/json;q=0.4, text/event-stream;q=0.5", "text/event-stream"],
    ["text/event-stream;q=0, */*", "application/x-ndjson"],
    ["application/json;charset=utf-8", "application/json"],
    ["", "text/event-stream"],
  ])("Accept: %s gets %s", (accept, expected) => {
    const headers = accept === undefined ? {} : { accept };
    expect(negotiate(request(headers as Record<string, string>), offers)).toBe(expected);
  });

  test.each(["text/html", "application/xml, image/*", "*/*;q=0"])(
    "Accept: %s is 406, with what there is",
    (accept) => {
      expect(() => negotiate(request({ accept }), offers)).toThrow(
        expect.objectContaining({
          status: 406,
          options: expect.objectContaining({ members: { supported: offers } }),
        }),
      );
    },
  );
});

describe("checkProtocol", () => {
  test.each([
    [{}, ""],
    [{ "runwire-protocol": "1" }, ""],
    [{ "runwire-protocol": "2, 1" }, ""],
    [{}, "?protocol=1"],
    [{ "runwire-protocol": "1" }, "?protocol=9"],
  ])("passes %j %s", (headers, query) => {
    const asked = request(headers as Record<string, string>, query);
    expect(() => checkProtocol(asked, new URL(asked.url))).not.toThrow();
  });

  test.each([
    [{ "runwire-protocol": "2" }, ""],
    [{ "runwire-protocol": "one" }, ""],
    [{}, "?protocol=2"],
    [{}, "?protocol="],
  ])("refuses %j %s and says what it speaks", (headers, query) => {
    const asked = request(headers as Record<string, string>, query);
    expect(() => checkProtocol(asked, new URL(asked.url))).toThrow(
      expect.objectContaining({
        status: 406,
        options: expect.objectContaining({ members: { supported: [1] } }),
      }),
    );
  });
});

test.each([
  ["respond-async", true],
  ["Respond-Async", true],
  ["wait=10, respond-async", true],
  ["respond-async; x", true],
  ["handling=strict", false],
  ["not-respond-async", false],
])("Prefer: %s means later: %s", (prefer, later) => {
  expect(prefersAsync(request({ prefer }))).toBe(later);
});
