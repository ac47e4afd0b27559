import { type EventLog, encodeSegments } from "@runwire/core";
import { query, whole } from "./query.ts";
import { type RunRow, selectRun } from "./run-row.ts";
import type { Segments } from "./segments.ts";
import type { Store } from "./store.ts";
import type { Answer } from "./transactions.ts";

/** `EventLog.compact`. */
export function compacting(store: Store, segments: Segments): Answer<EventLog["compact"]> {
  const { db } = store;
  const find = query<RunRow>(db, `${selectRun} WHERE run = ?`);
  const named = query(db, "UPDATE runs SET endedAt = NULL WHERE key = ?");
  const replaced = query(
    db,
    `UPDATE runs SET compacted = 1, epoch = ?, tailEpoch = ?, tail = ?, lastFirst = 0, lastUnits = 0
     WHERE key = ?`,
  );

  return (id, events) => {
    const run = find.get(id);
    if (run === undefined) return "gone";
    if (run.status !== "ended") return "open";
    if (events[0]?.seq !== 1 || events.at(-1)?.seq !== events.length) {
      throw new TypeError("A compacted run has events numbered from 1 on.");
    }
    named.run(run.key);
    // Not fewer: a repeat of what was compacted before.
    if (events.length >= run.tail) return "ok";
    const epoch = Math.max(run.epoch + 1, store.stamp());
    const encoded = encodeSegments(events, epoch);
    segments.delete(run.key);
    let last = { lastFirst: 0, lastUnits: 0 };
    for (const segment of encoded) {
      last = segments.append({ key: run.key, tailEpoch: epoch, ...last }, segment);
    }
    replaced.run(epoch, epoch, events.length, run.key);
    store.notify(`run:${id}`);
    return "ok";
  };
}

/** `EventLog.uncompacted`. */
export function uncompacted(store: Store): Answer<EventLog["uncompacted"]> {
  const old = query<{ readonly run: string }>(
    store.db,
    "SELECT run FROM runs WHERE endedAt <= ? ORDER BY endedAt LIMIT ?",
  );
  return ({ ageMs, limit }) =>
    old.all(store.now() - whole(ageMs), whole(limit)).map(({ run }) => run);
}
