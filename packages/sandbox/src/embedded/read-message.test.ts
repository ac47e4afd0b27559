import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GuestMessage } from "../guest/wire.ts";
import { readMessage } from "./read-message.ts";

const messages: readonly GuestMessage[] = [
  { type: "ready" },
  { type: "output", stream: "stderr", text: "x" },
  { type: "result", mime: "text/plain", data: "1" },
  { type: "tool", name: "search", input: "{}" },
  { type: "stopping", reason: "timeout" },
  { type: "done", artifacts: [], truncated: false, fatal: false },
  {
    type: "done",
    artifacts: [{ path: "a", data: "" }],
    truncated: true,
    fatal: true,
    error: { kind: "exception", name: "E", message: "m", traceback: "t" },
  },
  { type: "checked", issues: [{ message: "m", line: 1, column: 2 }] },
];

describe("readMessage", () => {
  test.each(messages)("reads $type", (message) => {
    expect(readMessage(JSON.stringify(message))).toEqual(message);
  });

  test.each(messages.filter(({ type }) => type !== "ready"))(
    "refuses $type with a wrong field",
    (message) => {
      for (const key of Object.keys(message)) {
        if (key === "truncated" || key === "fatal") continue;
        const wrong = JSON.stringify({ ...message, [key]: { 0: "wrong" } });
        expect(readMessage(wrong)).toBeUndefined();
      }
    },
  );

  test("takes nothing along that it does not know", () => {
    const line = '{"type":"ready","__proto__":{"polluted":true},"more":1}';
    expect(readMessage(line)).toEqual({ type: "ready" });
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("never throws", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void readMessage(line)));
    expect(readMessage("[]")).toBeUndefined();
    expect(readMessage('{"type":"done","artifacts":[null]}')).toBeUndefined();
  });
});
