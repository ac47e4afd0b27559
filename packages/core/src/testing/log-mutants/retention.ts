import type { Mutants } from "./mutant.ts";

const named = "compact: what was not compacted is told by its age, what ended first first";
const idle = "delete: a thread that has to be idle is deleted only when it is";

export const retentionMutants: Mutants = {
  "ages are not looked at": {
    caughtBy: named,
    mutate: (log) => ({ uncompacted: ({ limit }) => log.uncompacted({ ageMs: 0, limit }) }),
  },
  "what ended last comes first": {
    caughtBy: named,
    mutate: (log) => ({
      uncompacted: async (query) => (await log.uncompacted(query)).toReversed(),
    }),
  },
  "what cannot be made shorter is named again and again": {
    caughtBy: named,
    mutate: (log) => ({
      async compact(run, events) {
        const tail = (await log.find(run))?.tail ?? 0;
        return events.length < tail ? log.compact(run, events) : "ok";
      },
    }),
  },
  "an idle thread's open runs are not looked at": {
    caughtBy: idle,
    mutate: (log) => ({
      async delete(what) {
        const kept = "idleMs" in what && what.idleMs !== undefined && what.idleMs > 1e6;
        if (!kept) await log.delete("thread" in what ? { thread: what.thread } : what);
      },
    }),
  },
  "an idle thread's age is not looked at": {
    caughtBy: idle,
    mutate: (log) => ({
      async delete(what) {
        const old = "idleMs" in what && what.idleMs !== undefined;
        await log.delete(old ? { ...what, idleMs: -1e6 } : what);
      },
    }),
  },
  "a thread that never was is idle": {
    caughtBy: idle,
    mutate: (log) => ({
      async delete(what) {
        const unknown = "thread" in what && (await log.threads.get(what.thread)) === undefined;
        await log.delete(unknown ? { thread: what.thread } : what);
      },
    }),
  },
};
