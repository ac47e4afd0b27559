import { onWake } from "./wake.ts";

/** Servers send something at least every 15 s (PROTOCOL.md, "Keep-alive"); a dead connection sends nothing. */
const keepAliveMs = 15_000;

export interface Watch {
  /** Bytes came. */
  alive(): void;
  stop(): void;
}

/**
 * Calls `dead` once when the connection was silent for twice the keep-alive, when the network changed under it, or when
 * a page comes back to a connection that should have spoken meanwhile.
 */
export function watch(dead: (why: string) => void): Watch {
  // A time and no mark that a timer clears: a page that sleeps has no timers, and would take old bytes for new ones.
  let heardAt = Date.now();
  const silence = () => Date.now() - heardAt;
  const timer = setInterval(() => {
    if (silence() >= 2 * keepAliveMs) dead("it was silent for too long");
  }, keepAliveMs);
  const stopWaking = onWake((wake) => {
    if (wake === "online") dead("the network changed");
    if (wake === "seen" && silence() > keepAliveMs) dead("the page was asleep");
  });
  return {
    alive() {
      heardAt = Date.now();
    },
    stop() {
      clearInterval(timer);
      stopWaking();
    },
  };
}
