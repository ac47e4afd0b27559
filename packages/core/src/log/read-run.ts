import type { Cursor } from "../protocol/cursor.ts";
import { start } from "../protocol/cursor.ts";
import { createDraft, type RunDraft } from "../protocol/draft.ts";
import type { RunEvent } from "../protocol/events.ts";
import type { Message } from "../protocol/message.ts";
import type { RunState } from "../protocol/state.ts";
import type { EventLog, ReadResult } from "./event-log.ts";
import { segmentEvents } from "./segment.ts";

/** Events per read: large enough to be cheap, small enough not to hold up other work. */
const readLimit = 1_024;

/** `EventLog.read`, as objects. */
export async function readEvents(
  log: Pick<EventLog, "read">,
  run: string,
  after: Cursor,
  limit: number,
): Promise<EventsRead> {
  const read = await log.read(run, after, limit);
  if (read.status !== "events") return read;
  const { segment, ended } = read;
  return { status: "events", events: segmentEvents(segment), epoch: segment.epoch, ended };
}

export type EventsRead =
  | {
      readonly status: "events";
      readonly events: readonly RunEvent[];
      readonly epoch: number;
      readonly ended: boolean;
    }
  | Exclude<ReadResult, { readonly status: "events" }>;

/** What the log holds of a run up to now, in portions. Ends at the tail, and at once for a run that is gone. */
export async function* readRun(
  log: EventLog,
  run: string,
  from: Cursor = start,
): AsyncGenerator<{ readonly events: readonly RunEvent[]; readonly epoch: number }, void> {
  let cursor = from;
  for (;;) {
    const read = await readEvents(log, run, cursor, readLimit);
    if (read.status !== "events" || read.events.length === 0) return;
    const { events, epoch } = read;
    yield { events, epoch };
    cursor = { seq: cursor.seq + events.length, epoch };
  }
}

export interface Folded {
  readonly state: RunState;
  /** Of the newest event. */
  readonly epoch: number;
  /** To fold on with. */
  readonly draft: RunDraft;
}

/** A run's folded state now. `undefined`: there is no such run. */
export function foldRun(log: EventLog, run: string): Promise<Folded | undefined> {
  return foldOn(log, run, undefined);
}

/** The same, from what was folded before, whose draft goes on being used. */
export async function foldOn(
  log: EventLog,
  run: string,
  before: Folded | undefined,
): Promise<Folded | undefined> {
  const draft = before?.draft ?? createDraft();
  let cursor: Cursor =
    before === undefined ? start : { seq: before.state.seq, epoch: before.epoch };
  for (;;) {
    const read = await readEvents(log, run, cursor, readLimit);
    if (read.status === "gone") return undefined;
    // Another history, or a compacted one: it is told from its beginning, which is never `reset`.
    if (read.status === "reset") {
      return cursor.seq === 0 ? undefined : foldOn(log, run, undefined);
    }
    if (read.events.length === 0) break;
    draft.applyAll(read.events);
    cursor = { seq: cursor.seq + read.events.length, epoch: read.epoch };
  }
  const state = draft.snapshot();
  return state === undefined ? undefined : { state, epoch: cursor.epoch ?? 0, draft };
}

/** The run and its ancestors along `previous`, oldest first. A run that was deleted ends the chain. */
export async function foldChain(log: EventLog, run: string): Promise<readonly RunState[]> {
  const states: RunState[] = [];
  const seen = new Set<string>();
  for (let id: string | undefined = run; id !== undefined && !seen.has(id); ) {
    seen.add(id);
    const state: RunState | undefined = (await foldRun(log, id))?.state;
    if (state === undefined) break;
    states.unshift(state);
    id = state.previous;
  }
  return states;
}

/** The history that runs along `previous` leave to the next one. */
export async function historyOf(
  log: EventLog,
  previous: string | undefined,
): Promise<readonly Message[]> {
  if (previous === undefined) return [];
  return (await foldChain(log, previous)).flatMap((state) => state.messages);
}
