import type { ClaimRequest, EventLog, Lease } from "../log/event-log.ts";
import { sleep } from "../signal.ts";

/** Without a hint, runs whose lease or sleep has run out are looked for this often. */
const pollMs = 1_000;

export interface RecovererOptions {
  readonly log: EventLog;
  readonly claim: Pick<ClaimRequest, "worker" | "leaseMs" | "agents">;
  /** How many more runs this process may work on. */
  readonly free: () => number;
  readonly freed: () => Promise<void>;
  /** `askedAt`: `performance.now()` before the claim. */
  readonly take: (lease: Lease, askedAt: number) => void;
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Takes up runs that are ready: queued ones, ones a command or a timer woke, ones whose owner is gone. */
export async function recover(options: RecovererOptions): Promise<void> {
  const { log, claim, free, freed, take, onError, signal } = options;
  while (!signal.aborted) {
    const round = new AbortController();
    const either = AbortSignal.any([signal, round.signal]);
    const ready = log.wait("ready", either);
    const max = free();
    let taken = 0;
    if (max > 0) {
      const askedAt = performance.now();
      try {
        const leases = await log.claim({ ...claim, max });
        taken = leases.length;
        for (const lease of leases) take(lease, askedAt);
      } catch (error) {
        onError(error);
      }
    }
    if (taken === 0 || taken < max) {
      const poll = sleep(pollMs, either, { unref: true });
      await Promise.race(max > 0 ? [ready, poll] : [freed(), poll]);
    }
    round.abort();
  }
}
