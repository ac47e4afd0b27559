import type { EventLog, Lease } from "../log/event-log.ts";
import { sleep } from "../signal.ts";
import type { Worker } from "./worker.ts";

/** A lease this process holds, with the run's worker and the local, monotonic time at which it is surely over. */
interface Held {
  readonly lease: Lease;
  readonly worker: Worker;
  readonly limit: { deadline: number };
}

export interface Leases {
  readonly size: number;
  has(run: string): boolean;
  /** `askedAt`: `performance.now()` before the call that gave the lease. */
  take(lease: Lease, askedAt: number, start: (held: () => boolean) => Worker): Worker;
  workers(): readonly Worker[];
  /** Resolves when a lease is over after the call. */
  freed(): Promise<void>;
  close(): void;
}

/** Keeps the leases of this process alive: one renewal for all of them, three times a lease's length. */
export function createLeases(
  log: EventLog,
  leaseMs: number,
  onError: (error: unknown) => void,
): Leases {
  const held = new Map<string, Held>();
  const over = new AbortController();
  let waiters: (() => void)[] = [];
  let renewing = false;

  const renew = async (): Promise<void> => {
    if (renewing) return;
    renewing = true;
    while (held.size > 0 && !over.signal.aborted) {
      await sleep(leaseMs / 3, over.signal, { unref: true });
      const all = [...held.values()];
      if (all.length === 0 || over.signal.aborted) break;
      const asked = performance.now();
      const refs = all.map(({ lease: { run, epoch } }) => ({ run, epoch }));
      try {
        const results = await log.renew(refs, leaseMs);
        for (const [i, result] of results.entries()) {
          const entry = all[i] as Held;
          if (result.status === "fenced") entry.worker.lose();
          else {
            entry.limit.deadline = asked + leaseMs;
            entry.worker.noticeInbox(result.inbox);
          }
        }
      } catch (error) {
        onError(error);
        for (const entry of all) if (performance.now() > entry.limit.deadline) entry.worker.lose();
      }
    }
    renewing = false;
  };

  return {
    get size() {
      return held.size;
    },
    has: (run) => held.has(run),
    take(lease, askedAt, start) {
      const before = held.get(lease.run);
      if (before !== undefined && before.lease.epoch >= lease.epoch) return before.worker;
      before?.worker.lose();
      const limit = { deadline: askedAt + (lease.until - lease.now) };
      const worker = start(() => performance.now() < limit.deadline);
      const entry: Held = { lease, worker, limit };
      held.set(lease.run, entry);
      void worker.done.then(() => {
        if (held.get(lease.run) === entry) held.delete(lease.run);
        const ready = waiters;
        waiters = [];
        for (const resolve of ready) resolve();
      });
      void renew();
      return worker;
    },
    workers: () => [...held.values()].map(({ worker }) => worker),
    freed: () => new Promise((resolve) => waiters.push(resolve)),
    close: () => over.abort(),
  };
}
