import { fairnessMs, type Lease } from "@runwire/core";
import { type Query, query } from "./query.ts";
import type { Store } from "./store.ts";

type Place = { readonly key: number; readonly threadKey: number };

/** From when on and why a run can be claimed. */
export interface Ready {
  readonly at: number;
  readonly why: Lease["why"];
}

/** Which runs can be claimed, and in which order. Nothing of it is in memory: another process may do the next step. */
export interface Readiness {
  /** Ends a lease. From `ready.at` on anybody may claim the run; `undefined`: until a command comes, nobody. */
  set(run: Place, ready: Ready | undefined): void;
  /** Puts runs into the queue whose time has come. */
  wake(): void;
  /** Lets go whoever waited for this run to end. */
  unblock(run: string): void;
  /** Notes activity in a thread. */
  touch(thread: { readonly threadKey: number; readonly thread: string }): void;
}

export function readiness(store: Store): Readiness {
  const { db } = store;
  const due: Query<Place & { dueAt: number }> = query(
    db,
    `SELECT key, threadKey, dueAt FROM runs
     WHERE dueAt IS NOT NULL AND score IS NULL AND dueAt <= ? ORDER BY dueAt, key`,
  );
  const takeScore: Query<{ score: number }> = query(
    db,
    `UPDATE threads SET score = max(?, score + ${fairnessMs}) WHERE key = ? RETURNING score`,
  );
  const setScore = query(db, "UPDATE runs SET score = ? WHERE key = ?");
  const setReady = query(
    db,
    `UPDATE runs SET worker = NULL, process = NULL, dueAt = ?, why = ?, score = ? WHERE key = ?`,
  );
  const blocked: Query<Place> = query(
    db,
    "SELECT key, threadKey FROM runs WHERE status = 'blocked' AND previous = ? ORDER BY key",
  );
  const open = query(db, "UPDATE runs SET status = 'open' WHERE key = ?");
  const touch = query(db, "UPDATE threads SET updatedAt = ? WHERE key = ?");

  /** A run that becomes ready goes behind the others of its thread by a quantum each. */
  const scoreOf = (threadKey: number, at: number): number =>
    takeScore.get(at, threadKey)?.score ?? at;

  const wake = (): void => {
    for (const { key, threadKey, dueAt } of due.all(store.now())) {
      setScore.run(scoreOf(threadKey, dueAt), key);
    }
  };
  const set = ({ key, threadKey }: Place, ready: Ready | undefined): void => {
    const now = store.stamp();
    if (ready === undefined) {
      setReady.run(null, null, null, key);
    } else if (ready.at > now) {
      setReady.run(ready.at, ready.why, null, key);
    } else {
      // Whoever became ready before goes first.
      wake();
      setReady.run(ready.at, ready.why, scoreOf(threadKey, ready.at), key);
      store.readied();
    }
  };

  return {
    set,
    wake,
    unblock(run) {
      for (const next of blocked.all(run)) {
        open.run(next.key);
        set(next, { at: store.now(), why: "new" });
      }
    },
    touch({ threadKey, thread }) {
      touch.run(store.touched(), threadKey);
      store.notify(`thread:${thread}`);
    },
  };
}
