import type { Topic } from "./event-log.ts";

/** Who waits for what, in this process. */
export interface Topics {
  /** See `EventLog.wait`. Armed when the call returns; leaves nothing behind once it has resolved. */
  wait(topic: Topic, signal: AbortSignal): Promise<void>;
  notify(topic: Topic): void;
}

export function topics(): Topics {
  const waiting = new Map<Topic, Set<() => void>>();
  /** Who waits under a signal. One listener for all: whoever follows a run waits anew, under the same signal, at each change. */
  const underSignal = new WeakMap<AbortSignal, Set<() => void>>();

  function waitersUnder(signal: AbortSignal): Set<() => void> {
    const known = underSignal.get(signal);
    if (known !== undefined) return known;
    const waiters = new Set<() => void>();
    underSignal.set(signal, waiters);
    signal.addEventListener("abort", () => {
      for (const done of waiters) done();
    });
    return waiters;
  }

  return {
    wait(topic, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const waiters = waiting.get(topic) ?? new Set();
        waiting.set(topic, waiters);
        const aborted = waitersUnder(signal);
        const done = (): void => {
          waiters.delete(done);
          if (waiters.size === 0 && waiting.get(topic) === waiters) waiting.delete(topic);
          aborted.delete(done);
          resolve();
        };
        waiters.add(done);
        aborted.add(done);
      });
    },
    notify(topic) {
      const waiters = waiting.get(topic);
      if (waiters === undefined) return;
      waiting.delete(topic);
      for (const done of waiters) done();
    },
  };
}
