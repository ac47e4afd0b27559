import { type EventLog, segmentEvents } from "@runwire/core";
import type { Cursor, RunEvent } from "@runwire/core/protocol";

/** All of a run as the log has it, and the epoch of each event. */
export interface Recorded {
  readonly events: readonly RunEvent[];
  readonly epochs: readonly number[];
}

export async function readRun(log: EventLog, run: string): Promise<Recorded> {
  const events: RunEvent[] = [];
  const epochs: number[] = [];
  for (let cursor: Cursor = { seq: 0 }; ; ) {
    const read = await log.read(run, cursor, 1_000);
    if (read.status !== "events") throw new Error(`The log answers ${read.status} for ${run}.`);
    const { segment } = read;
    if (segment.count === 0) return { events, epochs };
    events.push(...segmentEvents(segment));
    epochs.push(...Array<number>(segment.count).fill(segment.epoch));
    cursor = { seq: events.length, epoch: segment.epoch };
  }
}
