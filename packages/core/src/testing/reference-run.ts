import type { ClaimRequest, Lease, NewRun, RunInfo } from "../log/event-log.ts";
import type { InboxEntry } from "../protocol/command.ts";
import type { RunEvent } from "../protocol/events.ts";

/** A run as the reference keeps it. */
export interface Run {
  readonly request: NewRun;
  readonly createdAt: number;
  readonly inbox: InboxEntry[];
  /** Of the lease that the creation gave. */
  readonly firstEpoch: number | undefined;
  status: RunInfo["status"];
  events: { readonly event: RunEvent; readonly epoch: number }[];
  compacted: boolean;
  /** How many runs ended before it, and when it did; `undefined` also once it was compacted. */
  ended: { readonly order: number; readonly at: number } | undefined;
  done: number;
  epoch: number;
  lease: { readonly worker: string; until: number } | undefined;
  ready: { readonly at: number; readonly why: Lease["why"] } | undefined;
}

export function isClaimable(run: Run, { agents, run: named, steal }: ClaimRequest, now: number) {
  if (run.status !== "open" || !agents.includes(run.request.agent)) return false;
  if (named !== undefined && named !== run.request.run) return false;
  if (run.lease === undefined) return run.ready !== undefined && run.ready.at <= now;
  return run.lease.until <= now || (steal === true && named !== undefined);
}

export function leaseOf(run: Run, why: Lease["why"], now: number): Lease {
  const { run: id, thread, principal } = run.request;
  return {
    run: id,
    epoch: run.epoch,
    thread,
    ...(principal !== undefined && { principal }),
    tail: run.events.length,
    done: run.done,
    inbox: run.inbox.length,
    now,
    until: run.lease?.until ?? 0,
    why,
  };
}
