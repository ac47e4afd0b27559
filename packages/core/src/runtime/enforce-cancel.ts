import type { ClaimRequest, EventLog, Lease } from "../log/event-log.ts";
import { persist } from "../loop/persist.ts";
import { sleep } from "../signal.ts";

/** A cancel that its owner has not carried out after this long is carried out by whoever sent it. */
const patienceMs = 2_000;

export interface EnforceOptions {
  readonly log: EventLog;
  readonly claim: Pick<ClaimRequest, "worker" | "leaseMs" | "agents">;
  /** `askedAt`: `performance.now()` before the claim. */
  readonly take: (lease: Lease, askedAt: number) => void;
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * An owner that is alive ends a cancelled run at once. One that does not is dead, cut off or stuck in somebody's code,
 * this process included: its lease is stolen, so that another worker can end the run. Never rejects.
 */
export async function enforceCancel(run: string, options: EnforceOptions): Promise<void> {
  const { log, claim, take, onError, signal } = options;
  await sleep(patienceMs, signal, { unref: true });
  if (signal.aborted) return;
  const steal = async (): Promise<void> => {
    const info = await log.find(run);
    if (info?.status !== "open" || signal.aborted) return;
    const askedAt = performance.now();
    for (const lease of await log.claim({ ...claim, max: 1, run, steal: true })) {
      take(lease, askedAt);
    }
  };
  await persist(steal, (error) => {
    onError(error);
    return !signal.aborted;
  }).catch(() => {});
}
