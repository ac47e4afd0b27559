import type { ClaimRequest, Lease, LeaseRef, RenewResult } from "./event-log.ts";
import { dueAt, type MemoryRun } from "./memory-run.ts";
import { leaseOf, type MemoryStore, takeLease } from "./memory-store.ts";

/** `EventLog.claim`. */
export function claim(store: MemoryStore, request: ClaimRequest): readonly Lease[] {
  const now = store.now();
  const agents = new Set(request.agents);
  const accepts = (run: MemoryRun): boolean => agents.has(run.agent);
  const picked =
    request.run === undefined
      ? store.queue.pick(now, request.max, accepts)
      : one(store, request, now).filter(accepts).slice(0, request.max);
  return picked.map((run) => {
    const why = reason(run, now);
    takeLease(store, run, request, now);
    return leaseOf(run, why, now);
  });
}

function one(store: MemoryStore, { run: id, steal }: ClaimRequest, now: number): MemoryRun[] {
  const run = id === undefined ? undefined : store.runs.get(id);
  if (run?.status !== "open") return [];
  return dueAt(run) <= now || (steal && run.lease !== undefined) ? [run] : [];
}

function reason(run: MemoryRun, now: number): Lease["why"] {
  if (run.lease !== undefined) return run.lease.until <= now ? "recovery" : "steal";
  return run.ready?.why ?? "recovery";
}

/** `EventLog.renew`. */
export function renew(
  store: MemoryStore,
  leases: readonly LeaseRef[],
  leaseMs: number,
): readonly RenewResult[] {
  const now = store.now();
  return leases.map(({ run: id, epoch }) => {
    const run = store.runs.get(id);
    if (run?.lease === undefined || run.epoch !== epoch) return { status: "fenced" };
    run.lease.until = Math.max(run.lease.until, now + leaseMs);
    store.queue.update(run, now);
    return { status: "ok", until: run.lease.until, inbox: run.inbox.tail };
  });
}
