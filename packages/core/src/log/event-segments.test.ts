import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunEvent } from "../protocol/events.ts";
import { eventSegments } from "./event-segments.ts";
import { encodeSegment, segmentEvents } from "./segment.ts";

const batch = fc.record({
  count: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 600 })),
  newEpoch: fc.boolean(),
});

test("reads are what a plain array would give, up to the next epoch", () => {
  fc.assert(
    fc.property(
      fc.array(batch, { maxLength: 30 }),
      fc.integer({ min: 1, max: 700 }),
      (batches, limit) => {
        const segments = eventSegments();
        const all: { readonly event: RunEvent; readonly epoch: number }[] = [];
        let epoch = 1;
        for (const { count, newEpoch } of batches) {
          if (newEpoch) epoch++;
          const events = Array.from({ length: count }, (_, i): RunEvent => {
            return { seq: all.length + 1 + i, type: "text.delta", id: "p", delta: "x" };
          });
          const segment = encodeSegment(events, epoch);
          if (segment === "too-large") throw new Error(segment);
          segments.append(segment);
          for (const event of events) all.push({ event, epoch });
        }
        expect(segments.tail).toBe(all.length);
        for (let seq = 0; seq <= all.length; seq += 1 + (seq % 7)) {
          expect(segments.epochAt(seq)).toBe(all[seq - 1]?.epoch ?? 0);
          const read = segments.read(seq, limit);
          const rest = all.slice(seq, seq + read.count);
          expect(segmentEvents(read)).toEqual(rest.map(({ event }) => event));
          expect(read.first).toBe(seq + 1);
          expect(read.epoch).toBe((rest[0] ?? all.at(-1))?.epoch ?? 0);
          expect(new Set(rest.map((one) => one.epoch)).size).toBe(read.count === 0 ? 0 : 1);
          expect(read.count).toBeLessThanOrEqual(limit);
          expect(read.count > 0).toBe(seq < all.length);
        }
      },
    ),
    { numRuns: 50 },
  );
});
