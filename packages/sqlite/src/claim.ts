import type { ClaimRequest, EventLog, Lease, RenewResult } from "@runwire/core";
import type { Leases } from "./leases.ts";
import { query, whole } from "./query.ts";
import type { Readiness } from "./readiness.ts";
import { type RunRow, selectRun } from "./run-row.ts";
import type { Store } from "./store.ts";
import type { Answer } from "./transactions.ts";

/** `EventLog.claim`. `sweep`: ends the leases of processes that are gone. */
export function claiming(
  store: Store,
  readiness: Readiness,
  leases: Leases,
  sweep: () => void,
): Answer<EventLog["claim"]> {
  const { db } = store;
  const agentIsKnown = "agent IN (SELECT value FROM json_each(?))";
  const one = query<RunRow>(
    db,
    `${selectRun} WHERE run = ? AND status = 'open' AND ${agentIsKnown}`,
  );
  // Who is in the queue and is not due any more was leased since, and has no score.
  const queued = query<RunRow>(
    db,
    `${selectRun} WHERE runs.score IS NOT NULL AND ${agentIsKnown}
     ORDER BY runs.score, runs.key LIMIT ?`,
  );

  function pick(request: ClaimRequest): readonly RunRow[] {
    const { run: id, steal, max } = request;
    const agents = JSON.stringify(request.agents);
    if (id === undefined) {
      readiness.wake();
      return queued.all(agents, whole(max));
    }
    const run = max > 0 ? one.get(id, agents) : undefined;
    if (run === undefined) return [];
    const due = run.dueAt !== null && run.dueAt <= store.now();
    return due || (steal && run.worker !== null) ? [run] : [];
  }

  function reason({ worker, dueAt, why }: RunRow): Lease["why"] {
    if (worker === null) return why ?? "recovery";
    return (dueAt ?? 0) <= store.now() ? "recovery" : "steal";
  }

  return (request) => {
    sweep();
    return pick(request).map((run) => leases.take(run, request, reason(run)));
  };
}

/** `EventLog.renew`. */
export function renewing(store: Store): Answer<EventLog["renew"]> {
  // A lease that has ended is still its holder's until somebody takes it: prolonged, it leaves the queue.
  const renew = query<{ dueAt: number; commands: number }>(
    store.db,
    `UPDATE runs SET dueAt = max(dueAt, ?), score = NULL
     WHERE run = ? AND epoch = ? AND worker IS NOT NULL RETURNING dueAt, commands`,
  );
  return (refs, leaseMs) => {
    if (refs.length === 0) return [];
    const until = whole(store.stamp() + leaseMs);
    return refs.map(({ run, epoch }): RenewResult => {
      const renewed = renew.get(until, run, epoch);
      if (renewed === undefined) return { status: "fenced" };
      return { status: "ok", until: renewed.dueAt, inbox: renewed.commands };
    });
  };
}
