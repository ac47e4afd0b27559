import { sleep } from "./sleep.ts";

const firstMs = 100;
const longestMs = 30_000;

export interface Backoff {
  /** Attempts that failed in a row, 0 after one that got somewhere. */
  readonly failures: number;
  /** What the server asked for, by `Retry-After` or `retry:`. Never cut short. */
  readonly floorMs: number;
  readonly signal: AbortSignal;
}

/**
 * The wait before the next attempt: what the server asked for, and then a random part of a span that doubles with every
 * failure, so that a thousand clients do not come back at once. A page that comes back does not wait for that part.
 * Rejects with the signal's reason when it fires.
 */
export async function backoff({ failures, floorMs, signal }: Backoff): Promise<void> {
  if (floorMs > 0) await sleep(floorMs, signal);
  await sleep(Math.random() * Math.min(longestMs, firstMs * 2 ** failures), signal, true);
}
