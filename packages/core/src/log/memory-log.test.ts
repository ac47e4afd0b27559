import { expect, test } from "vitest";
import type { RunEvent } from "../protocol/events.ts";
import { memoryLog } from "./memory-log.ts";
import { type Segment, segmentEvents } from "./segment.ts";

const started = (run: string): RunEvent => ({
  seq: 1,
  type: "run.started",
  protocol: 1,
  run,
  thread: "t",
  agent: "a",
  messages: [],
  at: 1,
});
const delta = (seq: number): RunEvent => ({ seq, type: "text.delta", id: "p1", delta: "x" });
const deltas = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => delta(from + i));

async function leased() {
  const log = memoryLog();
  const created = await log.create({
    run: "r",
    thread: "t",
    agent: "a",
    busy: "reject",
    digest: "d",
    events: [started("r")],
    owner: { worker: "w", leaseMs: 60_000 },
  });
  if (created.status !== "ok" || created.lease === undefined) throw new Error("no lease");
  return { log, epoch: created.lease.epoch };
}

test("viewers at the tail share the segment, and the objects that were appended", async () => {
  const { log, epoch } = await leased();
  const batch = deltas(2, 3);
  await log.append("r", { epoch, after: 1, events: batch });
  const first = await log.read("r", { seq: 1 }, 100);
  const second = await log.read("r", { seq: 1, epoch }, 100);
  if (first.status !== "events" || second.status !== "events") throw new Error("no events");
  expect(first.segment.events).toBe(batch);
  expect(second.segment).toBe(first.segment);
});

test("replays share the segments that small appends were joined into, which are text alone", async () => {
  const { log, epoch } = await leased();
  for (let seq = 2; seq <= 2_000; seq++) {
    await log.append("r", { epoch, after: seq - 1, events: [delta(seq)] });
  }
  async function replay() {
    const segments: Segment[] = [];
    for (let seq = 0; seq < 2_000; ) {
      const part = await log.read("r", { seq }, 1_000);
      if (part.status !== "events") throw new Error(part.status);
      segments.push(part.segment);
      seq += part.segment.count;
    }
    return segments;
  }
  const [one, two] = [await replay(), await replay()];
  expect(one.flatMap((segment) => segmentEvents(segment).map(({ seq }) => seq))).toEqual(
    Array.from({ length: 2_000 }, (_, i) => i + 1),
  );
  expect(one.length).toBeLessThan(16);
  for (let i = 0; i < one.length - 1; i++) {
    expect(two[i]).toBe(one[i]);
    expect(one[i]?.events).toBeUndefined();
  }
});

test("a log is a plain object that can be decorated", async () => {
  const { log, epoch } = await leased();
  const seen: number[] = [];
  const decorated = {
    ...log,
    append: ((run, batch) => {
      seen.push(batch.events.length);
      return log.append(run, batch);
    }) satisfies typeof log.append,
  };
  await decorated.append("r", { epoch, after: 1, events: deltas(2, 2) });
  expect(seen).toEqual([2]);
  expect((await decorated.find("r"))?.tail).toBe(3);
});

test("objects are let go after a moment, and the events are still there", async () => {
  const { log, epoch } = await leased();
  await log.append("r", { epoch, after: 1, events: [delta(2)] });
  const read = await log.read("r", { seq: 1 }, 10);
  if (read.status !== "events") throw new Error(read.status);
  expect(read.segment.events).toEqual([delta(2)]);
  for (let seq = 3; read.segment.events !== undefined && seq < 1_000; seq++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await log.append("r", { epoch, after: seq - 1, events: [delta(seq)] });
  }
  expect(read.segment.events).toBeUndefined();
  expect(segmentEvents(read.segment)).toEqual([delta(2)]);
});
