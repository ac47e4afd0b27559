import { type EventLog, maxCommandBytes, maxPendingCommands, type SendResult } from "@runwire/core";
import type { Command, InboxEntry } from "@runwire/core/protocol";
import { query, whole } from "./query.ts";
import type { Readiness } from "./readiness.ts";
import { type RunRow, selectRun } from "./run-row.ts";
import type { Store } from "./store.ts";
import type { Answer } from "./transactions.ts";

/** `EventLog.send`. */
export function sending(store: Store, readiness: Readiness): Answer<EventLog["send"]> {
  const { db } = store;
  const find = query<RunRow>(db, `${selectRun} WHERE run = ?`);
  const numberOf = query<{ n: number }>(
    db,
    "SELECT key & 0xffffffff AS n FROM commands WHERE runKey = ? AND id = ?",
  );
  const add = query(db, "INSERT INTO commands VALUES ((? << 32) + ?, ?, ?, ?, ?)");
  const count = query(db, "UPDATE runs SET commands = ? WHERE key = ?");

  return (id, command): SendResult => {
    const run = find.get(id);
    if (run === undefined) return { status: "gone" };
    const known = numberOf.get(run.key, command.id);
    if (known !== undefined) return { status: "ok", n: known.n };
    if (run.status === "ended") return { status: "closed" };
    const json = JSON.stringify(command);
    if (Buffer.byteLength(json) > maxCommandBytes) return { status: "too-large" };
    if (run.commands - run.consumed >= maxPendingCommands) return { status: "full" };
    const now = store.stamp();
    const n = run.commands + 1;
    add.run(run.key, n, run.key, command.id, now, json);
    count.run(n, run.key);
    const idle = run.status === "open" && run.worker === null && (run.dueAt ?? now + 1) > now;
    if (idle) readiness.set(run, { at: now, why: "input" });
    store.notify(`inbox:${id}`);
    return { status: "ok", n };
  };
}

/** `EventLog.inbox`. */
export function readingInbox({ db }: Pick<Store, "db">): Answer<EventLog["inbox"]> {
  const read = query<{ n: number; at: number; command: string }>(
    db,
    `SELECT commands.key & 0xffffffff AS n, at, command FROM runs
     JOIN commands ON commands.key > (runs.key << 32) + ? AND commands.key < (runs.key + 1) << 32
     WHERE run = ? ORDER BY commands.key LIMIT ?`,
  );
  return (run, after, limit) =>
    read.all(after, run, whole(limit)).map(
      ({ n, at, command }): InboxEntry => ({
        n,
        at,
        command: JSON.parse(command) as Command,
      }),
    );
}
