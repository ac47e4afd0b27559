import { Compaction } from "../log/compaction.ts";
import type { EventLog } from "../log/event-log.ts";
import { readEvents } from "../log/read-run.ts";
import { sameState } from "../log/same-state.ts";
import { type Cursor, start } from "../protocol/cursor.ts";
import { createDraft } from "../protocol/draft.ts";
import type { RunEvent } from "../protocol/events.ts";
import { foldAll } from "../protocol/fold.ts";

/** Events per read: other work has its turn in between. */
const portion = 1_024;

/**
 * Compacts one ended run. `changed`: it went away or was rewritten meanwhile, and nothing was done. `other`: what was to
 * be written folds to another state, and was not.
 */
export async function rewrite(log: EventLog, run: string): Promise<"ok" | "changed" | "other"> {
  const compaction = new Compaction();
  const draft = createDraft();
  const whole = await readEnded(log, run, (events) => {
    draft.applyAll(events);
    for (const event of events) compaction.add(event);
  });
  if (!whole) return "changed";
  const fewer = compaction.events();
  if (fewer !== undefined) {
    if (!sameState(foldAll(fewer), draft.snapshot())) return "other";
    return (await log.compact(run, fewer)) === "ok" ? "ok" : "changed";
  }
  // So that it is not looked at again.
  const same: RunEvent[] = [];
  const again = await readEnded(log, run, (events) => void same.push(...events));
  return again && (await log.compact(run, same)) === "ok" ? "ok" : "changed";
}

/** All events of an ended run. False: they were rewritten or deleted on the way, or the run is open. */
async function readEnded(
  log: EventLog,
  run: string,
  take: (events: readonly RunEvent[]) => void,
): Promise<boolean> {
  for (let cursor: Cursor = start; ; ) {
    const read = await readEvents(log, run, cursor, portion);
    if (read.status !== "events") return false;
    take(read.events);
    if (read.ended) return true;
    if (read.events.length === 0) return false;
    cursor = { seq: cursor.seq + read.events.length, epoch: read.epoch };
  }
}
