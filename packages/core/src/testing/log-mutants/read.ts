import { readEvents } from "../../log/read-run.ts";
import { encodeSegment, segmentEvents } from "../../log/segment.ts";
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
        if (first.status !== "events" || first.segment.count === 0) return first;
        const { count, epoch } = first.segment;
        const more = await readEvents(log, run, { seq: after.seq + count }, limit - count);
        if (more.status !== "events") return first;
        const segment = encodeSegment([...segmentEvents(first.segment), ...more.events], epoch);
        return segment === "too-large" ? first : { ...first, segment, ended: more.ended };
      },
    }),
  },
  "frames have the epoch of the run's newest lease": {
    caughtBy: "read: a read ends where the epoch changes",
    mutate: (log) => ({
      async read(run, after, limit) {
        const read = await log.read(run, after, limit);
        if (read.status !== "events") return read;
        const newest = await log.read(run, { seq: (await log.find(run))?.tail ?? 0 }, 1);
        const epoch = newest.status === "events" ? newest.segment.epoch : 0;
        const frames = read.segment.frames.replaceAll(/^(id: \d+)\.\d+$/gm, `$1.${epoch}`);
        return { ...read, segment: { ...read.segment, frames } };
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
        const first = await readEvents(log, run, { seq: 0 }, 1);
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
