import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeFrame } from "./decode.ts";
import { decodeDelta, expectMore } from "./decode-delta.ts";
import { encodeEvent } from "./encode.ts";
import type { DeltaType, EventOf } from "./events.ts";

const ids = fc.constantFrom("p3", "c12", 'odd "id"\\');
const scope = fc.option(fc.constantFrom("c1", "c2"), { nil: undefined });
const delta: fc.Arbitrary<EventOf<DeltaType>> = fc
  .record({
    seq: fc.integer({ min: 1, max: 2 ** 52 }),
    type: fc.constantFrom<DeltaType>("text.delta", "reasoning.delta", "tool.args.delta"),
    scope,
    id: ids,
    delta: fc.oneof(fc.string({ minLength: 1 }), fc.string({ unit: "binary", minLength: 1 })),
  })
  .map(
    ({ seq, type, scope, id, delta }) =>
      ({
        seq,
        type,
        ...(scope !== undefined && { scope }),
        ...(type === "tool.args.delta" ? { call: id } : { id }),
        delta,
      }) as EventOf<DeltaType>,
  );

/** Texts near one another: what is remembered of one meets the next, whole, damaged, or with a field more. */
const texts = fc.array(
  fc
    .tuple(delta, fc.nat(), fc.constantFrom("", '"', "\\", "\t", "0", '","x":"', "}"))
    .map(([event, place, inserted]) => {
      const text = encodeEvent(event);
      const at = place % (text.length + 1);
      return inserted === "" ? text : text.slice(0, at) + inserted + text.slice(at);
    }),
);

test("what is decoded is what JSON.parse gives, and what it refuses is refused", () => {
  fc.assert(
    fc.property(texts, (given) => {
      for (const text of given) {
        const fast = decodeDelta(text);
        if (fast !== undefined) {
          expect(fast).toEqual(JSON.parse(text));
          expect(Object.keys(fast)).toEqual(Object.keys(JSON.parse(text)));
        }
        try {
          decodeFrame(text);
        } catch {
          expect(fast).toBeUndefined();
        }
      }
    }),
    { numRuns: 500 },
  );
});

const first: EventOf<"text.delta"> = { seq: 5, type: "text.delta", id: "p3", delta: "a" };

test("only a short delta to the same part, with nothing escaped, is decoded without JSON.parse", () => {
  expectMore(first);
  const decoded = (event: EventOf<DeltaType>) => decodeDelta(encodeEvent(event));
  expect(decoded({ ...first, seq: 6, delta: " word" })).toEqual({
    ...first,
    seq: 6,
    delta: " word",
  });
  expect(decoded({ ...first, seq: 10 ** 14 })?.seq).toBe(10 ** 14);
  expect(decoded({ ...first, id: "p4" })).toBeUndefined();
  expect(decoded({ ...first, scope: "c1" })).toBeUndefined();
  expect(decoded({ ...first, type: "reasoning.delta" })).toBeUndefined();
  expect(decoded({ ...first, delta: "\n" })).toBeUndefined();
  expect(decoded({ ...first, delta: "x".repeat(13) })).toBeUndefined();
  expect(decoded({ ...first, seq: 10 ** 15 })).toBeUndefined();
  expect(decodeDelta('{"seq":05,"type":"text.delta","id":"p3","delta":"a"}')).toBeUndefined();
  expect(decodeDelta('{"seq":,"type":"text.delta","id":"p3","delta":"a"}')).toBeUndefined();
});

test("a field too many does not pass for one that is missing", () => {
  expectMore({ seq: 1, type: "tool.args.delta", call: "c", id: "p", delta: "a" } as never);
  const text = '{"seq":2,"type":"tool.args.delta","id":"p","delta":"a"}';
  expect(decodeDelta(text)).toBeUndefined();
  expect(() => decodeFrame(text)).toThrow("/call");
});

test("what is no delta is refused also while none is expected", () => {
  expectMore({ ...first, 0: "comes first in its JSON" } as never);
  expect(decodeDelta(encodeEvent({ ...first, seq: 6 }))).toBeUndefined();
  expect(() => decodeFrame('{"seq":1,"delta":"a"}')).toThrow("/type");
});
