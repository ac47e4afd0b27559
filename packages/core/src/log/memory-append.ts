import type { Append, AppendResult } from "./event-log.ts";
import type { MemoryRun } from "./memory-run.ts";
import { type MemoryStore, setReady, touch, unblock } from "./memory-store.ts";
import { encodeSegment } from "./segment.ts";

/** Larger batches are kept as text alone: as objects they outlive young garbage, which costs more than to parse them. */
const keptEvents = 64;

/** `EventLog.append`. */
export function append(store: MemoryStore, id: string, batch: Append): AppendResult {
  const run = store.runs.get(id);
  if (run === undefined) return { status: "gone" };
  const { events, inbox } = run;
  const tail = batch.after + batch.events.length;
  // Before anything else: a repeat is answered as the first call was, whatever has happened since.
  if (isRepeat(run, batch, tail)) return { status: "ok", tail, inbox: inbox.tail };
  if (run.status === "ended") return { status: "closed" };
  if (run.lease === undefined || run.epoch !== batch.epoch) return { status: "fenced" };
  if (batch.after !== events.tail) return { status: "gap", tail: events.tail };
  checkNumbers(batch);
  const segment = encodeSegment(batch.events, batch.epoch);
  if (segment === "too-large") return { status: "too-large" };
  const pending = Math.max(inbox.done, batch.consume ?? 0) < inbox.tail;
  if (batch.end !== undefined && pending) return { status: "inbox", inbox: inbox.tail };

  // What a loop appends is small, and followers in this process take it at once: they get it as it is.
  const small = batch.events.length <= keptEvents;
  events.append(small ? store.fresh.add(segment, batch.events) : segment);
  if (batch.consume !== undefined) inbox.consume(batch.consume);
  if (batch.end !== undefined) leave(store, run, batch, batch.end);
  if (batch.events.length > 0 || batch.end === "close") store.topics.notify(run.topic);
  return { status: "ok", tail, inbox: inbox.tail };
}

function isRepeat({ events, left }: MemoryRun, batch: Append, tail: number): boolean {
  const { epoch, after, end } = batch;
  if (batch.events.length > 0) {
    // Epochs never decrease: what lies between two events of one epoch is of that epoch too.
    const written = tail <= events.tail;
    return written && events.epochAt(after + 1) === epoch && events.epochAt(tail) === epoch;
  }
  return (
    end !== undefined &&
    left?.epoch === epoch &&
    left.after === after &&
    wakeTime(left.end) === wakeTime(end)
  );
}

function wakeTime(end: Append["end"]): unknown {
  return typeof end === "object" ? end.release : end;
}

function checkNumbers({ events, after }: Append): void {
  if (events.length === 0) return;
  if (events[0]?.seq !== after + 1 || events.at(-1)?.seq !== after + events.length) {
    throw new TypeError(`The events after ${after} must be numbered from ${after + 1} on.`);
  }
}

/** Ends the lease, and with `close` the run. */
function leave(
  store: MemoryStore,
  run: MemoryRun,
  batch: Append,
  how: NonNullable<Append["end"]>,
): void {
  const now = store.now();
  run.left = { epoch: batch.epoch, after: batch.after, end: how };
  if (how === "close") {
    run.status = "ended";
    run.endedAt = now;
    store.uncompacted.add(run);
    setReady(store, run, undefined, now);
    unblock(store, run, now);
    touch(store, run.thread, now);
  } else if (how.release === null) {
    setReady(store, run, undefined, now);
  } else if (how.release === 0) {
    setReady(store, run, { at: now, why: "handover" }, now);
  } else {
    setReady(store, run, { at: Math.max(how.release, now), why: "timer" }, now);
  }
}
