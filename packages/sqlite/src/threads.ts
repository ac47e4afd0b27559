import type { RunInfo, ThreadInfo, Threads } from "@runwire/core";
import { query, whole } from "./query.ts";
import { type RunRow, runInfo, selectRun } from "./run-row.ts";
import type { Store } from "./store.ts";
import type { Answer } from "./transactions.ts";

interface ThreadRow {
  readonly thread: string;
  readonly principal: string | null;
  readonly title: string | null;
  readonly head: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const columns = `thread, principal, title, createdAt, updatedAt, (
  SELECT run FROM runs WHERE threadKey = threads.key ORDER BY key DESC LIMIT 1
) AS head`;

/** `EventLog.threads`, and `EventLog.find`. */
export function listing({ db }: Pick<Store, "db">): {
  readonly [K in keyof Threads]: Answer<Threads[K]>;
} & { readonly find: (run: string) => RunInfo | undefined } {
  const get = query<ThreadRow>(db, `SELECT ${columns} FROM threads WHERE thread = ?`);
  const everybodys = query<ThreadRow>(
    db,
    `SELECT ${columns} FROM threads WHERE updatedAt < ? ORDER BY updatedAt DESC LIMIT ?`,
  );
  const somebodys = query<ThreadRow>(
    db,
    `SELECT ${columns} FROM threads WHERE updatedAt < ? AND principal = ?
     ORDER BY updatedAt DESC LIMIT ?`,
  );
  const runs = query<RunRow>(db, `${selectRun} WHERE thread = ? ORDER BY runs.key`);
  const find = query<RunRow>(db, `${selectRun} WHERE run = ?`);

  return {
    get(thread) {
      const row = get.get(thread);
      return row && threadInfo(row);
    },
    list({ principal, limit, before = Number.MAX_SAFE_INTEGER }) {
      const rows =
        principal === undefined
          ? everybodys.all(before, whole(limit))
          : somebodys.all(before, principal, whole(limit));
      return rows.map(threadInfo);
    },
    runs: (thread) => runs.all(thread).map(runInfo),
    find(run) {
      const row = find.get(run);
      return row && runInfo(row);
    },
  };
}

function threadInfo(row: ThreadRow): ThreadInfo {
  const { thread, principal, title, head, createdAt, updatedAt } = row;
  return {
    thread,
    ...(principal !== null && { principal }),
    ...(title !== null && { title }),
    ...(head !== null && { head }),
    createdAt,
    updatedAt,
  };
}
