import type { Mutants } from "./mutant.ts";

export const readMutants: Mutants = {
  "a cursor's epoch is not looked at": {
    caughtBy: "read: a cursor beyond the tail or of another epoch needs a snapshot",
    mutate: (log) => ({ read: (run, { seq }, limit) => log.read(run, { seq }, limit) }),
  },
  "a read goes on into the next epoch": {
    caughtBy: "read: a read ends where the epoch changes",
    mutate: (log) => ({
      async read(run, after, limit) {
        const first = await log.read(run, after, limit);
        if (first.status !== "events" || first.events.length === 0) return first;
        const { seq } = first.events.at(-1) ?? after;
        const more = await log.read(run, { seq }, limit - first.events.length);
        if (more.status !== "events") return first;
        return { ...more, epoch: first.epoch, events: [...first.events, ...more.events] };
      },
    }),
  },
  "every read of an ended run says so": {
    caughtBy: "read: the last read of an ended run says so",
    mutate: (log) => ({
      async read(run, after, limit) {
        const part = await log.read(run, after, limit);
        const ended = (await log.find(run))?.status === "ended";
        return part.status === "events" ? { ...part, ended } : part;
      },
    }),
  },
  "old cursors go on in a compacted log": {
    caughtBy: "compact: replaces an ended run's events by fewer",
    mutate: (log) => ({
      async read(run, after, limit) {
        const part = await log.read(run, after, limit);
        if (part.status !== "reset") return part;
        const first = await log.read(run, { seq: 0 }, 1);
        if (first.status !== "events") return first;
        return log.read(run, { seq: after.seq, epoch: first.epoch }, limit);
      },
    }),
  },
  "threads of one moment fall between two pages": {
    caughtBy: "threads: pages by `before` skip none, even of one moment",
    mutate: (log) => ({
      threads: {
        ...log.threads,
        async list({ before = Number.POSITIVE_INFINITY, limit, ...query }) {
          const threads = await log.threads.list({ ...query, limit: 1_000 });
          return threads
            .map((thread) => ({ ...thread, updatedAt: Math.floor(thread.updatedAt / 1_000) }))
            .filter(({ updatedAt }) => updatedAt < before)
            .slice(0, limit);
        },
      },
    }),
  },
};
