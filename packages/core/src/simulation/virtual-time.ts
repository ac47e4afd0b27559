import { vi } from "vitest";

// Evaluated before anything that takes hold of a timer: import this file first.
const hop = globalThis.setImmediate;
vi.useFakeTimers();

/** Where the virtual clock stands when a simulation begins. */
const epochStart = 1_800_000_000_000;

/** Begins anew: no timer of an earlier simulation is left, and the clock shows the same time as for every other one. */
export function resetTime(): void {
  vi.clearAllTimers();
  vi.setSystemTime(epochStart);
}

/** Resolves when everything that was set off has come to rest: only timers are left. */
export const settled = (): Promise<void> => new Promise((resolve) => void hop(() => resolve()));

/**
 * Lets virtual time pass, timer by timer, until `done` holds: true. False when it does not after `limitMs` of virtual
 * time, or when nothing is left that could happen.
 */
export async function runUntil(done: () => boolean, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs;
  await settled();
  while (!done()) {
    if (Date.now() > end || vi.getTimerCount() === 0) return false;
    vi.advanceTimersToNextTimer();
    await settled();
  }
  return true;
}

/** The work's result; fails the test when it is not there after `limitMs` of virtual time. */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  work.then(end, end);
  if (!(await runUntil(() => over, limitMs))) {
    throw new Error(`Not done after ${limitMs} ms of virtual time.`);
  }
  return work;
}
