import type { Channel } from "./channel.ts";
import { graceMs, type StopReason } from "./wire.ts";

/** A program that was told to stop is told again after this many ms: between two times it can clean up. */
const repeatMs = 100;

/** The time of one program. */
export interface Clock {
  start(timeoutMs: number): void;
  stop(): void;
  /** Why the program was told to stop. */
  readonly reason: StopReason | undefined;
  /** Tells the program to stop, now or after some ms. */
  interrupt(reason: StopReason, inMs?: number): void;
  /** Whether the program is to be interrupted now. Asked by the interpreter every few instructions. */
  due(): boolean;
}

/**
 * The interpreter asks the clock, so that a program stops on time without a thread to stop it. `exit` ends the process
 * when the program does not stop: the host kills it earlier, unless the host is gone.
 */
export function clock({ send }: Channel, exit: () => void): Clock {
  const elapsed = performance.now.bind(performance);
  let at = Number.POSITIVE_INFINITY;
  let lastly = Number.POSITIVE_INFINITY;
  let reason: StopReason | undefined;
  function interrupt(why: StopReason, inMs = 0): void {
    if (reason !== undefined) return;
    reason = why;
    const time = elapsed();
    at = time + inMs;
    lastly = time + 2 * graceMs;
    send({ type: "stopping", reason: why });
  }
  return {
    start(timeoutMs) {
      reason = undefined;
      at = elapsed() + timeoutMs;
      lastly = Number.POSITIVE_INFINITY;
    },
    stop() {
      at = lastly = Number.POSITIVE_INFINITY;
    },
    get reason() {
      return reason;
    },
    interrupt,
    due() {
      const time = elapsed();
      if (time < at) return false;
      if (time >= lastly) exit();
      interrupt("timeout");
      at = time + repeatMs;
      return true;
    },
  };
}
