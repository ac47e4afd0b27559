import type { EventLog } from "../../log/event-log.ts";
import { sleep } from "../../signal.ts";
import type { Mutants } from "./mutant.ts";

/** What happens around a wait. */
const waits =
  (change: (log: EventLog, signal: AbortSignal) => Promise<void> | undefined) =>
  (log: EventLog): Partial<EventLog> => ({
    async wait(topic, signal) {
      const armed = change(log, signal);
      if (armed !== undefined) await armed;
      await log.wait(topic, signal);
    },
  });

export const waitMutants: Mutants = {
  "armed too late": {
    caughtBy: "wait: tells of every change after the call",
    mutate: waits(() => sleep(5)),
  },
  "the listener stays": {
    caughtBy: "wait: leaves no listener behind",
    mutate: waits((_, signal) => {
      signal.addEventListener("abort", () => undefined);
      return undefined;
    }),
  },
  "rejects when its signal fires": {
    caughtBy: "wait: ends with its signal, and never rejects",
    mutate: (log) => ({
      async wait(topic, signal) {
        await log.wait(topic, signal);
        signal.throwIfAborted();
      },
    }),
  },
};
