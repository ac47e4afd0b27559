import type { EventLog, Lease, NewRun } from "@runwire/core";
import { segmentEvents } from "@runwire/core";
import type { Cursor, RunEvent } from "@runwire/core/protocol";
import { vi } from "vitest";

export function started(run: string, thread = "t", agent = "a"): RunEvent {
  return { seq: 1, type: "run.started", protocol: 1, run, thread, agent, messages: [], at: 1 };
}

export function deltas(after: number, count: number, text = "x"): RunEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    seq: after + 1 + i,
    type: "text.delta",
    id: "p3",
    delta: `${text}${after + 1 + i}`,
  }));
}

export function ending(seq: number): RunEvent {
  const usage = { inputTokens: 1, outputTokens: 1 };
  return { seq, type: "run.completed", finishReason: "stop", usage, at: 2 };
}

/** What the log would not write again by itself. */
export function intent(seq: number): RunEvent {
  return { seq, type: "tool.started", call: "c1", name: "pay", attempt: 1, at: 1 };
}

export function newRun(run: string, over: Partial<NewRun> = {}): NewRun {
  const thread = over.thread ?? "t";
  const events = [started(run, thread)];
  return { run, thread, agent: "a", busy: "queue", digest: "d", events, ...over };
}

/** Creates a run with a lease that outlives the test. */
export async function owned(log: EventLog, run: string, over?: Partial<NewRun>): Promise<Lease> {
  const owner = { worker: "w", leaseMs: 3_600_000 };
  const created = await log.create(newRun(run, { owner, ...over }));
  if (!("lease" in created) || created.lease === undefined) throw new Error(created.status);
  return created.lease;
}

/** Appends deltas after the tail, and must succeed. */
export async function grow(log: EventLog, lease: Lease, after: number, count = 1): Promise<void> {
  const { run, epoch } = lease;
  const answer = await log.append(run, { epoch, after, events: deltas(after, count) });
  if (answer.status !== "ok") throw new Error(answer.status);
}

export async function close(log: EventLog, { run, epoch }: Lease, after: number): Promise<void> {
  const events = [ending(after + 1)];
  const answer = await log.append(run, { epoch, after, events, end: "close" });
  if (answer.status !== "ok") throw new Error(answer.status);
}

export async function readAll(
  log: EventLog,
  run: string,
  after: Cursor = { seq: 0 },
): Promise<readonly RunEvent[] | "reset" | "gone"> {
  const all: RunEvent[] = [];
  for (let cursor = after; ; ) {
    const read = await log.read(run, cursor, 1_000);
    if (read.status !== "events") return read.status;
    if (read.segment.count === 0) return all;
    all.push(...segmentEvents(read.segment));
    cursor = { seq: cursor.seq + read.segment.count, epoch: read.segment.epoch };
  }
}

/** Waits for what must come, as long as a busy machine may need. */
export function until(condition: () => unknown): Promise<unknown> {
  return vi.waitUntil(condition, { timeout: 15_000, interval: 10 });
}

/** Repeats the identical call until it is answered, as whoever uses a log must. */
export async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= 1_000) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
