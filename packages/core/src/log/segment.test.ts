import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeEvent } from "../protocol/encode.ts";
import type { RunEvent } from "../protocol/events.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { maxBatchBytes, maxEventBytes } from "./event-log.ts";
import {
  cutSegment,
  encodeSegment,
  encodeSegments,
  joinSegments,
  type Segment,
  segmentEvents,
  segmentJson,
} from "./segment.ts";
import { utf8Bytes } from "./utf8-bytes.ts";

/** Text that looks like frames, and text that takes more bytes than units. */
const text = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ unit: "binary", minLength: 1 }),
  fc.constantFrom("\n\nid: 3.5\ndata: {}\n\n", "\ud800", "\u2028", "\n\n"),
);

const logs = fc
  .record({ first: fc.integer({ min: 1, max: 1_000 }), texts: fc.array(text, { minLength: 1 }) })
  .map(({ first, texts }) =>
    texts.map((delta, i): RunEvent => ({ seq: first + i, type: "text.delta", id: "p", delta })),
  );

const encode = (events: readonly RunEvent[]): Segment => {
  const segment = encodeSegment(events, 5);
  if (segment === "too-large") throw new Error(segment);
  return segment;
};

const without = ({ events: _, ...segment }: Segment): Segment => segment;

test("what is encoded can be read again, and is the wire's", () => {
  fc.assert(
    fc.property(logs, (events) => {
      const segment = encode(events);
      expect(segment).toMatchObject({ first: events[0]?.seq, count: events.length, epoch: 5 });
      expect(segmentEvents(segment)).toEqual(
        events.map((event) => JSON.parse(JSON.stringify(event))),
      );
      expect(segmentJson(segment)).toEqual(events.map(encodeEvent));
      expect(segment.frames).toBe(
        events.map((event) => `id: ${event.seq}.5\ndata: ${encodeEvent(event)}\n\n`).join(""),
      );
    }),
  );
});

test("a cut is what the same events alone are", () => {
  fc.assert(
    fc.property(
      logs,
      fc.nat(),
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      (events, at, limit, kept) => {
        const first = events[0]?.seq ?? 0;
        const seq = first - 1 + (at % (events.length + 1));
        const expected = events.filter((event) => event.seq > seq).slice(0, limit);
        const whole = encode(events);
        const cut = cutSegment(kept ? { ...whole, events } : whole, seq, limit);
        expect(cut.events).toEqual(kept && expected.length > 0 ? expected : undefined);
        expect(cut).toMatchObject({ first: seq + 1, count: expected.length, epoch: 5 });
        expect(cut.frames).toBe(encode(expected).frames);
        if (expected.length === 0) return;
        const rest = cutSegment(whole, seq + expected.length, 1_000);
        expect(joinSegments([without(cut), rest].filter(({ count }) => count > 0)).frames).toBe(
          cutSegment(whole, seq, 1_000).frames,
        );
      },
    ),
  );
});

test("a segment that is wanted whole is not made again", () => {
  const whole = encode([{ seq: 3, type: "text.delta", id: "p", delta: "x" }]);
  expect(cutSegment(whole, 2, 1)).toBe(whole);
  expect(cutSegment(whole, 0, 9)).toBe(whole);
  expect(joinSegments([whole])).toBe(whole);
});

describe("sizes", () => {
  const delta = (length: number, unit = "x"): RunEvent => {
    return { seq: 1, type: "text.delta", id: "p", delta: unit.repeat(length) };
  };
  const around = utf8Bytes(encodeEvent(delta(0)));
  const fits = (...events: readonly RunEvent[]) => encodeSegment(events, 1) !== "too-large";

  test("of an event, in bytes", () => {
    expect(fits(delta(maxEventBytes - around))).toBe(true);
    expect(fits(delta(maxEventBytes - around + 1))).toBe(false);
    const threeEach = Math.floor((maxEventBytes - around) / 3);
    expect(fits(delta(threeEach, "€"))).toBe(true);
    expect(fits(delta(threeEach + 1, "€"))).toBe(false);
  });

  test("of a batch", () => {
    const eighth = delta(maxBatchBytes / 8 - around);
    expect(fits(...Array.from({ length: 8 }, () => eighth))).toBe(true);
    expect(fits(...Array.from({ length: 9 }, () => eighth))).toBe(false);
    const small = delta(300, "€");
    const count = Math.floor(maxBatchBytes / utf8Bytes(encodeEvent(small)));
    expect(fits(...Array.from({ length: count }, () => small))).toBe(true);
    expect(fits(...Array.from({ length: count + 1 }, () => small))).toBe(false);
  });

  test("any number of events becomes segments within them", () => {
    const events = Array.from({ length: 9 }, (_, i) => ({ ...delta(200_000), seq: i + 1 }));
    const segments = encodeSegments(events, 1);
    expect(segments.flatMap(segmentEvents)).toEqual(events);
    expect(segments.every(({ frames }) => frames.length <= maxBatchBytes)).toBe(true);
    expect(encodeSegments([], 1)).toEqual([]);
    expect(() => encodeSegments([delta(maxEventBytes)], 1)).toThrow(RangeError);
  });
});

test("frames that are none are an error, not events", () => {
  const damaged: Segment = { first: 1, count: 1, epoch: 1, frames: 'id: 1.1\ndata: {"seq":1,\n\n' };
  expect(() => segmentEvents(damaged)).toThrow(ProtocolError);
});
