import type { Lease } from "@runwire/core";
import type { Processes } from "./processes.ts";
import { query, whole } from "./query.ts";
import type { RunRow } from "./run-row.ts";
import type { Store } from "./store.ts";

/** Gives runs to workers. */
export interface Leases {
  /** Under a new epoch. */
  take(run: RunRow, owner: Owner, why: Lease["why"]): Lease;
  /** The lease that the run is in, as its holder gets it. */
  of(run: RunRow, why: Lease["why"]): Lease;
}

interface Owner {
  readonly worker: string;
  readonly leaseMs: number;
}

export function leases(store: Store, hold: Processes["hold"]): Leases {
  const take = query(
    store.db,
    `UPDATE runs SET epoch = ?, worker = ?, process = ?, dueAt = ?, why = NULL, score = NULL
     WHERE key = ?`,
  );
  const leaseOf = (run: RunRow, why: Lease["why"]): Lease => ({
    run: run.run,
    epoch: run.epoch,
    thread: run.thread,
    ...(run.principal !== null && { principal: run.principal }),
    tail: run.tail,
    done: run.consumed,
    inbox: run.commands,
    now: store.now(),
    until: run.dueAt ?? store.now(),
    why,
  });
  return {
    take(run, { worker, leaseMs }, why) {
      const now = store.stamp();
      const epoch = Math.max(run.epoch + 1, now);
      const dueAt = whole(now + leaseMs);
      take.run(epoch, worker, hold(), dueAt, run.key);
      return leaseOf({ ...run, epoch, dueAt }, why);
    },
    of: leaseOf,
  };
}
