import { onWake } from "./wake.ts";

/**
 * Resolves after `ms`, or with `wakes` as soon as a page comes back. Rejects with the signal's reason when it fires.
 */
export function sleep(ms: number, signal: AbortSignal, wakes = false): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      stopWaking();
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    // A longer delay than a timer can hold would fire at once.
    const timer = setTimeout(end, Math.min(ms, 2 ** 31 - 1));
    const stopWaking = wakes ? onWake((wake) => wake === "offline" || end()) : () => {};
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
