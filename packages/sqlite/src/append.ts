import { type Append, type AppendResult, type EventLog, encodeSegment } from "@runwire/core";
import { type Query, query, whole } from "./query.ts";
import type { Readiness, Ready } from "./readiness.ts";
import type { RunRow } from "./run-row.ts";
import type { Segments } from "./segments.ts";
import type { Store } from "./store.ts";
import type { Answer } from "./transactions.ts";

/** What an append needs to know: fewer columns, for the one operation that has to be quick. */
type Row = Pick<
  RunRow,
  | "key"
  | "threadKey"
  | "status"
  | "tail"
  | "tailEpoch"
  | "commands"
  | "consumed"
  | "epoch"
  | "worker"
  | "leftEpoch"
  | "leftAfter"
  | "leftHow"
  | "lastFirst"
  | "lastUnits"
>;

/** `EventLog.append`. */
export function appending(
  store: Store,
  segments: Segments,
  readiness: Readiness,
): Answer<EventLog["append"]> {
  const { db } = store;
  const find: Query<Row> = query(
    db,
    `SELECT key, threadKey, status, tail, tailEpoch, commands, consumed, epoch, worker,
       leftEpoch, leftAfter, leftHow, lastFirst, lastUnits
     FROM runs WHERE run = ?`,
  );
  const grow = query(
    db,
    "UPDATE runs SET tail = ?, tailEpoch = ?, lastFirst = ?, lastUnits = ?, consumed = ? WHERE key = ?",
  );
  const consume = query(db, "UPDATE runs SET consumed = ? WHERE key = ?");
  const leave = query(
    db,
    "UPDATE runs SET status = ?, endedAt = ?, leftEpoch = ?, leftAfter = ?, leftHow = ? WHERE key = ?",
  );
  const threadOf: Query<{ thread: string }> = query(db, "SELECT thread FROM threads WHERE key = ?");

  function isRepeat(run: Row, { events, epoch, after, end }: Append, tail: number): boolean {
    if (events.length === 0) {
      const left = run.leftEpoch === epoch && run.leftAfter === after;
      return end !== undefined && left && run.leftHow === howOf(end);
    }
    // Epochs never decrease: what lies between two events of one epoch is of that epoch too.
    return (
      tail <= run.tail &&
      segments.epochAt(run.key, after + 1) === epoch &&
      segments.epochAt(run.key, tail) === epoch
    );
  }

  /** Ends the lease, and with `close` the run. */
  function end(id: string, run: Row, { epoch, after }: Append, end: NonNullable<Append["end"]>) {
    const [status, endedAt] = end === "close" ? ["ended", store.stamp()] : ["open", null];
    leave.run(status, endedAt, epoch, after, howOf(end), run.key);
    readiness.set(run, end === "close" ? undefined : readyAfter(end.release, store.now()));
    if (end !== "close") return;
    readiness.unblock(id);
    const thread = threadOf.get(run.threadKey)?.thread ?? "";
    readiness.touch({ threadKey: run.threadKey, thread });
  }

  return (id, batch): AppendResult => {
    const run = find.get(id);
    if (run === undefined) return { status: "gone" };
    const { events, after, epoch } = batch;
    const tail = after + events.length;
    const inbox = run.commands;
    // Before anything else: a repeat is answered as the first call was, whatever has happened since.
    if (isRepeat(run, batch, tail)) return { status: "ok", tail, inbox };
    if (run.status === "ended") return { status: "closed" };
    if (run.worker === null || run.epoch !== epoch) return { status: "fenced" };
    if (after !== run.tail) return { status: "gap", tail: run.tail };
    checkNumbers(batch);
    const segment = encodeSegment(events, epoch);
    if (segment === "too-large") return { status: "too-large" };
    const consumed = Math.min(inbox, Math.max(run.consumed, batch.consume ?? 0));
    if (batch.end !== undefined && consumed < inbox) return { status: "inbox", inbox };

    if (segment.count > 0) {
      const { lastFirst, lastUnits } = segments.append(run, segment);
      grow.run(tail, epoch, lastFirst, lastUnits, consumed, run.key);
    } else if (consumed > run.consumed) {
      consume.run(consumed, run.key);
    }
    if (batch.end !== undefined) end(id, run, batch, batch.end);
    if (segment.count > 0 || batch.end === "close") store.notify(`run:${id}`);
    return { status: "ok", tail, inbox };
  };
}

function howOf(end: NonNullable<Append["end"]>): string {
  return end === "close" ? end : String(end.release);
}

function readyAfter(release: number | null, now: number): Ready | undefined {
  if (release === null) return undefined;
  if (release === 0) return { at: now, why: "handover" };
  return { at: whole(Math.max(release, now)), why: "timer" };
}

function checkNumbers({ events, after }: Append): void {
  if (events.length === 0) return;
  if (events[0]?.seq !== after + 1 || events.at(-1)?.seq !== after + events.length) {
    throw new TypeError(`The events after ${after} must be numbered from ${after + 1} on.`);
  }
}
