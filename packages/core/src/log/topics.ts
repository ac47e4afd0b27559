import type { Topic } from "./event-log.ts";

/** Who waits for what, in this process. */
export interface Topics {
  /** See `EventLog.wait`. Armed when the call returns; leaves nothing behind once it has resolved. */
  wait(topic: Topic, signal: AbortSignal): Promise<void>;
  notify(topic: Topic): void;
}

export function topics(): Topics {
  const waiting = new Map<Topic, Set<() => void>>();
  return {
    wait(topic, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const waiters = waiting.get(topic) ?? new Set();
        waiting.set(topic, waiters);
        const done = (): void => {
          waiters.delete(done);
          if (waiters.size === 0 && waiting.get(topic) === waiters) waiting.delete(topic);
          signal.removeEventListener("abort", done);
          resolve();
        };
        waiters.add(done);
        signal.addEventListener("abort", done);
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
