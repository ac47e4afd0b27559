import { type CreateResult, type EventLog, encodeSegment, type NewRun } from "@runwire/core";
import type { Leases } from "./leases.ts";
import { type Query, query } from "./query.ts";
import type { Readiness } from "./readiness.ts";
import { type RunRow, selectRun } from "./run-row.ts";
import type { Segments } from "./segments.ts";
import type { Store } from "./store.ts";
import type { Answer } from "./transactions.ts";

interface ThreadRow {
  readonly key: number;
  readonly principal: string | null;
  /** The newest run that is kept. */
  readonly head: string | null;
}

/** `EventLog.create`. */
export function creating(
  store: Store,
  segments: Segments,
  readiness: Readiness,
  leases: Leases,
): Answer<EventLog["create"]> {
  const { db } = store;
  const isGone = query<{ found: 1 }>(db, "SELECT 1 AS found FROM gone WHERE what IN (?, ?)");
  const findRun = query<RunRow>(db, `${selectRun} WHERE run = ?`);
  const findThread: Query<ThreadRow> = query(
    db,
    `SELECT key, principal, (
       SELECT run FROM runs WHERE threadKey = threads.key ORDER BY key DESC LIMIT 1
     ) AS head FROM threads WHERE thread = ?`,
  );
  const addThread = query<{ key: number }>(
    db,
    `INSERT INTO threads (thread, principal, title, createdAt, updatedAt)
     VALUES (?, ?, ?, ?, ?) RETURNING key`,
  );
  const addRun = query(
    db,
    `INSERT INTO runs (run, threadKey, agent, principal, previous, digest, createdAt, status, tail, tailEpoch)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
  );
  const setEvents = query(
    db,
    "UPDATE runs SET tail = ?, tailEpoch = ?, lastFirst = ?, lastUnits = ? WHERE key = ?",
  );
  const setCreated = query(db, "UPDATE runs SET createdEpoch = epoch WHERE key = ?");

  function newThread({ thread, principal, title }: NewRun, now: number): { readonly key: number } {
    const values = [thread, principal ?? null, title ?? null, now, store.touched()] as const;
    return addThread.get(...values) as { key: number };
  }

  function repeated(run: RunRow, { principal, digest, owner }: NewRun): CreateResult {
    if (run.principal !== (principal ?? null)) return { status: "foreign" };
    if (run.digest !== digest) return { status: "conflict" };
    // Only the very lease that the first call gave: a later one belongs to whoever claimed it.
    const given =
      run.worker !== null && run.worker === owner?.worker && run.epoch === run.createdEpoch;
    return { status: "exists", ...(given && { lease: leases.of(run, "new") }) };
  }

  return (request): CreateResult => {
    const { run: id, events, owner } = request;
    const principal = request.principal ?? null;
    if (isGone.get(`run:${id}`, `thread:${request.thread}`)) return { status: "gone" };
    const known = findRun.get(id);
    if (known !== undefined) return repeated(known, request);

    const thread = findThread.get(request.thread);
    if (thread !== undefined && thread.principal !== principal) return { status: "foreign" };
    const previous = request.previous === undefined ? undefined : findRun.get(request.previous);
    if (request.previous !== undefined) {
      if (previous === undefined || previous.threadKey !== thread?.key)
        return { status: "foreign" };
    }
    const head = thread?.head ?? null;
    if (request.ifHead !== undefined && request.ifHead !== head) return { status: "moved", head };
    const blocked = previous !== undefined && previous.status !== "ended";
    if (blocked && request.busy === "reject") return { status: "busy", run: previous.run };
    if (events[0]?.seq !== 1 || events.at(-1)?.seq !== events.length) {
      throw new TypeError("A run begins with its first events: seq 1, 2, …");
    }
    const now = store.stamp();
    // A new run's first epoch, if it gets a lease at once.
    const epoch = blocked || owner === undefined ? 0 : Math.max(1, now);
    const segment = encodeSegment(events, epoch);
    if (segment === "too-large") return { status: "too-large" };

    const { key: threadKey } = thread ?? newThread(request, now);
    addRun.run(
      id,
      threadKey,
      request.agent,
      principal,
      request.previous ?? null,
      request.digest,
      now,
      blocked ? "blocked" : "open",
    );
    const fresh = findRun.get(id) as RunRow;
    const { lastFirst, lastUnits } = segments.append(fresh, segment);
    setEvents.run(segment.count, epoch, lastFirst, lastUnits, fresh.key);
    readiness.touch(fresh);
    store.notify(`run:${id}`);
    if (blocked) return { status: "ok" };
    if (owner === undefined) {
      readiness.set(fresh, { at: now, why: "new" });
      return { status: "ok" };
    }
    const lease = leases.take({ ...fresh, tail: segment.count }, owner, "new");
    setCreated.run(fresh.key);
    return { status: "ok", lease };
  };
}
