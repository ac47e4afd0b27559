import type { Append, EventLog } from "../../log/event-log.ts";
import { maxEventBytes } from "../../log/event-log.ts";
import { bury, type Mutants, remember } from "./mutant.ts";

/** Before each append, the batch becomes another one. */
const batches = (change: (batch: Append, run: string) => Append) => (log: EventLog) => ({
  append: (run: string, batch: Append) => log.append(run, change(batch, run)),
});

const isRelease = ({ end }: Append) => typeof end === "object";
const all = Number.MAX_SAFE_INTEGER;

function omitEnd({ end: _, ...batch }: Append): Append {
  return batch;
}

/** Epochs that are wrong in this way are taken for the newest. */
const fencing = (passes: (epoch: number, newest: number) => boolean) => (log: EventLog) => {
  const { epochs, create, claim } = remember(log);
  const append: EventLog["append"] = (run, batch) => {
    const newest = epochs.get(run) ?? 0;
    return log.append(run, passes(batch.epoch, newest) ? { ...batch, epoch: newest } : batch);
  };
  return { create, claim, append };
};

export const appendMutants: Mutants = {
  "close ignores pending commands": {
    caughtBy: "append: no close over a pending command",
    mutate: batches((batch) => (batch.end === "close" ? { ...batch, consume: all } : batch)),
  },
  "release ignores pending commands": {
    caughtBy: "append: no release over a pending command",
    mutate: batches((batch) => (isRelease(batch) ? { ...batch, consume: all } : batch)),
  },
  "a refused close has written its events": {
    caughtBy: "append: no close over a pending command",
    mutate: (log) => ({
      async append(run, batch) {
        const answer = await log.append(run, batch);
        if (answer.status === "inbox") await log.append(run, omitEnd(batch));
        return answer;
      },
    }),
  },
  "no wake-up time is stored with a release": {
    caughtBy: "claim: a released run wakes at its time",
    mutate: batches((batch) =>
      typeof batch.end === "object" && batch.end.release !== 0
        ? { ...batch, end: { release: null } }
        : batch,
    ),
  },
  "an older epoch may still write": {
    caughtBy: "append: only the newest epoch may write",
    mutate: fencing((epoch, newest) => epoch < newest),
  },
  "an epoch of the future may write": {
    caughtBy: "append: only the newest epoch may write",
    mutate: fencing((epoch, newest) => epoch > newest),
  },
  "a released lease may still write": {
    caughtBy: "append: nobody may write without a lease",
    mutate: batches((batch) => (isRelease(batch) ? omitEnd(batch) : batch)),
  },
  "close does not ready what it blocked": {
    caughtBy: "create: a close readies all that it blocked, and no more",
    mutate(log) {
      const { created, create } = remember(log);
      return {
        create,
        async append(run, batch) {
          const answer = await log.append(run, batch);
          if (answer.status !== "ok" || batch.end !== "close") return answer;
          for (const next of created.values()) {
            if (next.previous === run) await bury(log, next.run, next.agent);
          }
          return answer;
        },
      };
    },
  },
  "a repeat writes twice": {
    caughtBy: "append: a repeat is acknowledged and written once",
    mutate: (log) => ({
      async append(run, batch) {
        const tail = (await log.find(run))?.tail ?? 0;
        const repeat = batch.events.length > 0 && batch.after + batch.events.length <= tail;
        if (!repeat) return log.append(run, batch);
        const events = batch.events.map((event, i) => ({ ...event, seq: tail + 1 + i }));
        return log.append(run, { ...batch, after: tail, events });
      },
    }),
  },
  "a repeat is a gap": {
    caughtBy: "append: a repeat is acknowledged and written once",
    mutate: (log) => ({
      async append(run, batch) {
        const tail = (await log.find(run))?.tail ?? 0;
        const repeat = batch.events.length > 0 && batch.after < tail;
        return repeat ? { status: "gap", tail } : log.append(run, batch);
      },
    }),
  },
  "what another epoch wrote counts as a repeat": {
    caughtBy: "append: what another epoch wrote is no repeat",
    mutate: (log) => ({
      async append(run, batch) {
        const answer = await log.append(run, batch);
        const tail = batch.after + batch.events.length;
        const below = answer.status === "gap" && batch.after > 0 && tail <= answer.tail;
        return below ? { status: "ok", tail, inbox: 0 } : answer;
      },
    }),
  },
  "a repeated release is fenced": {
    caughtBy: "append: a release of nothing may be repeated",
    mutate(log) {
      const done = new Set<string>();
      return {
        async append(run, batch) {
          const text = JSON.stringify([run, batch]);
          if (isRelease(batch) && done.has(text)) return { status: "fenced" };
          const answer = await log.append(run, batch);
          if (answer.status === "ok") done.add(text);
          return answer;
        },
      };
    },
  },
  "more can be consumed than there is": {
    caughtBy: "append: consume moves forward, and not past the newest command",
    mutate(log) {
      const consumed = new Map<string, number>();
      return {
        append(run, batch) {
          consumed.set(run, Math.max(consumed.get(run) ?? 0, batch.consume ?? 0));
          return log.append(run, batch);
        },
        async claim(request) {
          const leases = await log.claim(request);
          return leases.map((lease) => ({ ...lease, done: consumed.get(lease.run) ?? lease.done }));
        },
      };
    },
  },
  "sizes are counted in UTF-16 units": {
    caughtBy: "limits: an event may be as large as the limit, and no larger",
    mutate: (log) => ({
      async append(run, batch) {
        const answer = await log.append(run, batch);
        const small = batch.events.every((event) => JSON.stringify(event).length <= maxEventBytes);
        if (answer.status !== "too-large" || !small) return answer;
        return { status: "ok", tail: batch.after + batch.events.length, inbox: 0 };
      },
    }),
  },
};
