import { type EventLog, type Lease, segmentEvents } from "@runwire/core";
import type { Cursor, RunEvent } from "@runwire/core/protocol";

export function started(run: string, thread = "t"): RunEvent {
  return { seq: 1, type: "run.started", protocol: 1, run, thread, agent: "a", messages: [], at: 1 };
}

export function deltas(after: number, count: number, text = "word"): RunEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    seq: after + 1 + i,
    type: "text.delta",
    id: "p3",
    delta: `${text} ${after + 1 + i}`,
  }));
}

export function completed(seq: number): RunEvent {
  const usage = { inputTokens: 1, outputTokens: 1 };
  return { seq, type: "run.completed", finishReason: "stop", usage, at: 2 };
}

/** A new run with a lease of an hour. */
export async function owned(log: EventLog, run: string, thread = "t"): Promise<Lease> {
  const created = await log.create({
    run,
    thread,
    agent: "a",
    busy: "queue",
    digest: "d",
    events: [started(run, thread)],
    owner: { worker: "w", leaseMs: 3_600_000 },
  });
  if (created.status !== "ok" || created.lease === undefined) throw new Error(created.status);
  return created.lease;
}

export async function append(log: EventLog, { run, epoch }: Lease, after: number, count: number) {
  const answer = await log.append(run, { epoch, after, events: deltas(after, count) });
  if (answer.status !== "ok") throw new Error(answer.status);
}

/** All of a run, read in portions, each event with its epoch. */
export async function eventsOf(log: EventLog, run: string) {
  const events: RunEvent[] = [];
  const epochs: number[] = [];
  for (let cursor: Cursor = { seq: 0 }; ; ) {
    const read = await log.read(run, cursor, 1_000);
    if (read.status !== "events") throw new Error(read.status);
    const { segment } = read;
    if (segment.count === 0) return { events, epochs };
    events.push(...segmentEvents(segment));
    epochs.push(...Array<number>(segment.count).fill(segment.epoch));
    cursor = { seq: events.length, epoch: segment.epoch };
  }
}

export async function seqsOf(log: EventLog, run: string): Promise<readonly number[]> {
  return (await eventsOf(log, run)).events.map(({ seq }) => seq);
}
