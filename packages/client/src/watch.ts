import { onWake } from "./wake.ts";

/** Servers send something at least every 15 s (PROTOCOL.md, "Keep-alive"); a dead connection sends nothing. */
const keepAliveMs = 15_000;

export interface Watch {
  /** Bytes came. Costs one store: called for every chunk. */
  alive(): void;
  stop(): void;
}

/**
 * Calls `dead` once when the connection was silent for twice the keep-alive, when the network changed under it, or when
 * a page comes back to a connection that should have spoken meanwhile.
 */
export function watch(dead: (why: string) => void): Watch {
  let heard = true;
  let silentSince = Date.now();
  const look = () => {
    const now = Date.now();
    if (heard) silentSince = now;
    heard = false;
    return now - silentSince;
  };
  const timer = setInterval(() => {
    if (look() >= 2 * keepAliveMs) dead("it was silent for too long");
  }, keepAliveMs);
  const stopWaking = onWake((wake) => {
    if (wake === "online") dead("the network changed");
    if (wake === "seen" && look() > keepAliveMs) dead("the page was asleep");
  });
  return {
    alive() {
      heard = true;
    },
    stop() {
      clearInterval(timer);
      stopWaking();
    },
  };
}
