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
  let keeping = false;

  const renew = async (all: readonly Held[]): Promise<void> => {
    const asked = performance.now();
    const answered = new AbortController();
    try {
      const results = await Promise.race([
        log.renew(
          all.map(({ lease: { run, epoch } }) => ({ run, epoch })),
          leaseMs,
        ),
        sleep(leaseMs, answered.signal, { unref: true }),
      ]);
      for (const [i, { limit, worker }] of all.entries()) {
        const result = results?.[i];
        if (result?.status === "fenced") worker.lose();
        if (result?.status !== "ok") continue;
        limit.deadline = Math.max(limit.deadline, asked + leaseMs);
        worker.noticeInbox(result.inbox);
      }
    } catch (error) {
      onError(error);
    }
    answered.abort();
    // Without an answer the lease has run out, and somebody else may have it by now.
    for (const { limit, worker } of all) if (performance.now() >= limit.deadline) worker.lose();
  };

  const keep = async (): Promise<void> => {
    if (keeping) return;
    keeping = true;
    while (held.size > 0 && !over.signal.aborted) {
      await sleep(leaseMs / 3, over.signal, { unref: true });
      // Not awaited: the next renewal must not wait for an answer that never comes.
      if (held.size > 0 && !over.signal.aborted) void renew([...held.values()]);
    }
    keeping = false;
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
      void keep();
      return worker;
    },
    workers: () => [...held.values()].map(({ worker }) => worker),
    freed: () => new Promise((resolve) => waiters.push(resolve)),
    close: () => over.abort(),
  };
}
