import type { EventLog } from "@runwire/core";
import { query, whole } from "./query.ts";
import type { Readiness } from "./readiness.ts";
import { type RunRow, selectRun } from "./run-row.ts";
import type { Segments } from "./segments.ts";
import type { Store } from "./store.ts";
import type { Answer } from "./transactions.ts";

/** `EventLog.delete`: nothing of it stays but its id. */
export function deleting(
  store: Store,
  segments: Segments,
  readiness: Readiness,
): Answer<EventLog["delete"]> {
  const { db } = store;
  const bury = query(db, "INSERT OR IGNORE INTO gone VALUES (?)");
  const find = query<RunRow>(db, `${selectRun} WHERE run = ?`);
  const inThread = query<RunRow>(db, `${selectRun} WHERE thread = ?`);
  const isIdle = query(
    db,
    `SELECT key FROM threads WHERE thread = ? AND updatedAt <= ? AND NOT EXISTS (
       SELECT 1 FROM runs WHERE threadKey = threads.key AND status <> 'ended'
     )`,
  );
  const deleteRun = query(db, "DELETE FROM runs WHERE key = ?");
  const deleteCommands = query(db, "DELETE FROM commands WHERE runKey = ?");
  const deleteThread = query(db, "DELETE FROM threads WHERE thread = ?");

  function remove({ key, run }: RunRow): void {
    segments.delete(key);
    deleteCommands.run(key);
    deleteRun.run(key);
    store.notify(`run:${run}`);
    store.notify(`inbox:${run}`);
  }

  return (what) => {
    if ("run" in what) {
      bury.run(`run:${what.run}`);
      const run = find.get(what.run);
      if (run === undefined) return;
      remove(run);
      readiness.unblock(run.run);
      readiness.touch(run);
      return;
    }
    const { thread, idleMs } = what;
    if (idleMs !== undefined && isIdle.get(thread, store.now() - whole(idleMs)) === undefined) {
      return;
    }
    bury.run(`thread:${what.thread}`);
    for (const run of inThread.all(what.thread)) {
      bury.run(`run:${run.run}`);
      remove(run);
    }
    deleteThread.run(what.thread);
    store.notify(`thread:${what.thread}`);
  };
}
