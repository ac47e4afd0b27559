import { expect, it } from "vitest";
import { randomLog } from "../testing/random-log/random-log.ts";
import { encodeEvent } from "./encode.ts";
import type { RunEvent } from "./events.ts";

const texts = [
  "a",
  '"',
  "\\",
  "\n\r\t\b\f\u0000\u001f\u007f",
  "\u2028\u2029",
  "é日本👩🏽‍🚀",
  "\ud800",
  "</script>",
];

it("writes deltas byte for byte as JSON.stringify does, whatever is in their text and ids", () => {
  for (const delta of texts) {
    for (const id of ["p1", ...texts]) {
      for (const scope of [undefined, "c1", ...texts]) {
        const place = scope === undefined ? {} : { scope };
        const events: RunEvent[] = [
          { seq: 1, type: "text.delta", ...place, id, delta },
          { seq: 12, type: "reasoning.delta", ...place, id, delta },
          { seq: 123, type: "tool.args.delta", ...place, call: id, delta },
          { seq: 2 ** 40, type: "tool.output.delta", ...place, call: id, delta },
        ];
        for (const event of events) expect(encodeEvent(event)).toBe(JSON.stringify(event));
      }
    }
  }
});

it("writes every event of a log as JSON.stringify does", () => {
  for (let seed = 0; seed < 50; seed++) {
    for (const event of randomLog(seed, { unknown: true })) {
      expect(encodeEvent(event)).toBe(JSON.stringify(event));
    }
  }
});

it("keeps fields that it does not know", () => {
  const delta = { seq: 1, type: "text.delta", id: "p", delta: "x", at: 5 };
  expect(encodeEvent(delta as RunEvent)).toBe(JSON.stringify(delta));
  const scoped = { seq: 1, type: "text.delta", scope: "c", id: "p", delta: "x", logprob: -1 };
  expect(encodeEvent(scoped as RunEvent)).toBe(JSON.stringify(scoped));
});

it("puts the envelope first, and leaves out what is undefined", () => {
  const event = {
    at: 5,
    code: "a",
    message: "b",
    type: "warning.raised",
    scope: undefined,
    seq: 1,
  };
  expect(encodeEvent(event as unknown as RunEvent)).toBe(
    '{"seq":1,"type":"warning.raised","at":5,"code":"a","message":"b"}',
  );
  const delta = { delta: "x", id: "p", type: "text.delta", seq: 1 };
  expect(encodeEvent(delta as RunEvent)).toBe('{"seq":1,"type":"text.delta","id":"p","delta":"x"}');
});
