import type { DatabaseSync } from "node:sqlite";
import type { Topic } from "@runwire/core";
import { rollback } from "./open-database.ts";
import { type Query, query } from "./query.ts";
import type { StoreClock } from "./store-clock.ts";

/** What the operations of one log share: the file, and what is common to a transaction. */
export interface Store {
  readonly db: DatabaseSync;
  /** Takes the lock for writing. Throws when another connection has it. */
  begin(): void;
  /** Makes everything since `begin` last. */
  commit(): void;
  rollback(): void;
  /** Store time, the same for a whole transaction. */
  now(): number;
  /** Store time that is going to be written: no process will ever read an earlier one. */
  stamp(): number;
  /** A time of activity in a thread. No two are the same, so that a list can be paged by them. */
  touched(): number;
  /** Tells who waits in this process, once the transaction is committed. */
  notify(topic: Topic): void;
  /** A run can be claimed from now on. */
  readied(): void;
}

/** The one row of the table `store`. */
interface Header {
  now: number;
  updatedAt: number;
  readied: number;
}

export function createStore(
  db: DatabaseSync,
  clock: StoreClock,
  committed: (topics: ReadonlySet<Topic>) => void,
): Store {
  const begin = query(db, "BEGIN IMMEDIATE");
  const commit = query(db, "COMMIT");
  const load: Query<Header> = query(db, "SELECT now, updatedAt, readied FROM store");
  const save = query(db, "UPDATE store SET now = ?, updatedAt = ?, readied = ?");

  /** Read when it is needed: most transactions only append, and need no time. */
  let header: Header | undefined;
  let changed = false;
  let time: number | undefined;
  let topics = new Set<Topic>();

  const known = (): Header => {
    header ??= load.get() as Header;
    return header;
  };
  const change = (): Header => {
    changed = true;
    return known();
  };
  const now = (): number => {
    time ??= clock.now(known().now);
    return time;
  };
  const stamp = (): number => {
    change().now = now();
    return now();
  };

  return {
    db,
    begin() {
      begin.run();
      header = time = undefined;
      changed = false;
      topics = new Set();
    },
    commit() {
      if (header !== undefined && changed) save.run(header.now, header.updatedAt, header.readied);
      commit.run();
      committed(topics);
    },
    rollback: () => rollback(db),
    now,
    stamp,
    touched() {
      const all = change();
      all.updatedAt = Math.max(all.updatedAt + 1, stamp());
      return all.updatedAt;
    },
    notify: (topic) => void topics.add(topic),
    readied() {
      change().readied++;
      topics.add("ready");
    },
  };
}
