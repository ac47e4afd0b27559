import type { EventLog, Lease } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import { check } from "../measure.ts";

/** A run with a lease that outlasts the measurement. */
export async function openRun(log: EventLog, run: string): Promise<Lease> {
  const thread = `thread of ${run}`;
  const created = await log.create({
    run,
    thread,
    agent: "writer",
    busy: "queue",
    digest: "d",
    events: [
      {
        seq: 1,
        type: "run.started",
        protocol: 1,
        run,
        thread,
        agent: "writer",
        messages: [],
        at: 1,
      },
    ],
    owner: { worker: "bench", leaseMs: 3_600_000 },
  });
  check(created.status === "ok" && created.lease !== undefined, "the run is open");
  return created.lease;
}

/** Appends the texts as deltas, so many at a time, each batch after the one before was acknowledged. */
export async function appendAll(
  log: EventLog,
  { run, epoch }: Lease,
  texts: readonly string[],
  size: number,
): Promise<void> {
  let after = 1;
  for (let at = 0; at < texts.length; at += size) {
    const events = texts
      .slice(at, at + size)
      .map((delta, i): RunEvent => ({ seq: after + 1 + i, type: "text.delta", id: "p3", delta }));
    const answer = await log.append(run, { epoch, after, events });
    check(answer.status === "ok", `append: ${answer.status}`);
    after = answer.tail;
  }
}

/** Reads all of a run, in portions, and gives how many events there were. */
export async function readAll(log: EventLog, run: string): Promise<number> {
  for (let seq = 0; ; ) {
    const read = await log.read(run, { seq }, 1_000);
    check(read.status === "events", `read: ${read.status}`);
    if (read.segment.count === 0) return seq;
    seq += read.segment.count;
  }
}
