/**
 * Store time: one clock for all processes that use a file. It goes by this machine's clock, but never back behind what
 * was written: when the machine's clock is set back, store time goes on at half its pace until that has caught up.
 * Standing still would do as well for the order of events, but leases and timers would never end.
 */
export interface StoreClock {
  /** `written`: the newest time in the file. */
  now(written: number): number;
}

export function storeClock(clock: () => number): StoreClock {
  /** When the machine's clock was found behind: its time then, and the store's. */
  let behind: { readonly clock: number; readonly store: number } | undefined;
  return {
    now(written) {
      const at = Math.floor(clock());
      const slowed = behind && behind.store + Math.floor((at - behind.clock) / 2);
      const now = Math.max(at, slowed ?? at);
      if (now < written) behind = { clock: at, store: written };
      else if (now === at) behind = undefined;
      return Math.max(now, written);
    },
  };
}
