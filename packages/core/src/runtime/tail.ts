import type { EventLog } from "../log/event-log.ts";
import { foldRun } from "../log/read-run.ts";
import { segmentEvents } from "../log/segment.ts";
import { type Cursor, start } from "../protocol/cursor.ts";
import { isEnded } from "../protocol/ended.ts";
import type { TailItem, TailOptions } from "../runtime-contract.ts";
import type { Feeds } from "./feeds.ts";

/**
 * Follows a run from a cursor to its end, or until the runtime is closed: then it ends without a terminal event, as any
 * other disconnect does. Nothing is buffered for a viewer: it is a cursor, and the next portion is read
 * when it asks.
 */
export async function* tailRun(
  log: EventLog,
  feeds: Feeds,
  run: string,
  options: TailOptions = {},
): AsyncGenerator<TailItem, void> {
  const { after, snapshot, signal } = options;
  const feed = feeds.acquire(run);
  try {
    let cursor: Cursor | undefined = after ?? (snapshot ? undefined : start);
    while (!signal?.aborted && !feed.closed) {
      if (cursor === undefined) {
        const folded = await foldRun(log, run);
        if (folded === undefined) {
          yield { type: "gone" };
          return;
        }
        const { state, epoch } = folded;
        yield { type: "snapshot", state, epoch };
        if (isEnded(state)) return;
        cursor = { seq: state.seq, epoch };
      }
      const changed = feed.changed();
      const read = await feed.read(cursor);
      if (read.status === "gone") {
        yield { type: "gone" };
        return;
      }
      if (read.status === "reset") {
        cursor = undefined;
        continue;
      }
      const { segment, ended } = read;
      const { count, epoch } = segment;
      if (count > 0) {
        yield { type: "events", events: segmentEvents(segment), epoch };
        cursor = { seq: cursor.seq + count, epoch };
      }
      if (ended) return;
      if (count === 0) await unlessAborted(changed, signal);
    }
  } finally {
    feed.release();
  }
}

/** Resolves with `change` or when the signal fires. (A race against one long-lived promise would leak a reaction a turn.) */
function unlessAborted(change: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return change;
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done);
    change.then(done, done);
    if (signal.aborted) done();
  });
}
