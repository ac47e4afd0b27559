import { expect, it } from "vitest";
import type { RunEvent } from "../protocol/events.ts";
import { batchBytes, Outbox } from "./outbox.ts";

const event = (seq: number): RunEvent => ({ seq, type: "text.delta", id: "p", delta: "x" });
const seqs = (events: readonly RunEvent[]): readonly number[] => events.map(({ seq }) => seq);

it("gives everything at once while it fits", () => {
  const outbox = new Outbox();
  for (const seq of [5, 6, 7]) outbox.add(event(seq), 10);
  expect([outbox.length, outbox.bytes]).toEqual([3, 30]);
  expect(seqs(outbox.take().events)).toEqual([5, 6, 7]);
  expect([outbox.length, outbox.bytes]).toEqual([0, 0]);
});

it("cuts a batch where it would grow too large, and lets a large event go alone", () => {
  const outbox = new Outbox();
  outbox.add(event(1), batchBytes - 1);
  outbox.add(event(2), 1);
  outbox.add(event(3), 1);
  outbox.add(event(4), batchBytes + 1);
  outbox.add(event(5), 1);
  const taken = Array.from({ length: 4 }, () => seqs(outbox.take().events));
  expect(taken).toEqual([[1, 2], [3], [4], [5]]);
  expect(outbox.bytes).toBe(0);
});

it("consumes with a batch exactly the commands that it answers", () => {
  const outbox = new Outbox();
  for (const [seq, n] of [
    [1, 7],
    [2, 8],
    [3, 9],
  ] as const) {
    outbox.add(event(seq), batchBytes);
    outbox.answer(seq, n);
  }
  outbox.add(event(4), 1);
  const taken = Array.from({ length: 4 }, () => outbox.take().consume);
  expect(taken).toEqual([7, 8, 9, undefined]);
});
