/** The store's time as this process knows it. */
export interface StoreClock {
  /** Store time in ms, as of now. */
  now(): number;
  /** The store has just told its time. */
  set(now: number): void;
}

/**
 * Goes on from what the store told last, by the monotonic clock: somebody who sets this machine's clock moves no expiry
 * and no limit. It is behind by the store's latency, never ahead.
 */
export function storeClock(): StoreClock {
  let offset: number | undefined;
  return {
    now: () => (offset === undefined ? Date.now() : Math.floor(performance.now() + offset)),
    set(now) {
      offset = now - performance.now();
    },
  };
}
