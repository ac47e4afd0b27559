import type { EventLog } from "../../log/event-log.ts";
import { encodeSegment, segmentEvents } from "../../log/segment.ts";
import { bury, type Mutants, remember } from "./mutant.ts";

export const claimMutants: Mutants = {
  "every claim steals": {
    caughtBy: "claim: steal takes a live lease, and only steal",
    mutate: (log) => ({
      claim: (request) =>
        log.claim(request.run === undefined ? request : { ...request, steal: true }),
    }),
  },
  "two claims at once get the same run": {
    caughtBy: "claim: a run is in one live lease, however many claim at once",
    mutate(log) {
      let running: ReturnType<EventLog["claim"]> | undefined;
      return {
        claim(request) {
          running ??= log.claim(request).finally(() => {
            running = undefined;
          });
          return running;
        },
      };
    },
  },
  "claims for all agents": {
    caughtBy: "claim: takes at most `max`, of the named agents or the named run",
    mutate(log) {
      const { created, create } = remember(log);
      const agents = () => [...created.values()].map(({ agent }) => agent);
      return { create, claim: (request) => log.claim({ ...request, agents: agents() }) };
    },
  },
  "epochs count from 1": {
    caughtBy: "claim: a lease that ended is recovered under a greater epoch",
    mutate(log) {
      const known = new Map<string, number[]>();
      const outer = (run: string, epoch: number): number => {
        const epochs = known.get(run) ?? [0];
        known.set(run, epochs);
        if (!epochs.includes(epoch)) epochs.push(epoch);
        return epochs.indexOf(epoch);
      };
      const inner = (run: string, epoch: number): number => known.get(run)?.[epoch] ?? 1;
      return {
        async create(run) {
          const answer = await log.create(run);
          if (!("lease" in answer) || answer.lease === undefined) return answer;
          return {
            ...answer,
            lease: { ...answer.lease, epoch: outer(run.run, answer.lease.epoch) },
          };
        },
        async claim(request) {
          const leases = await log.claim(request);
          return leases.map((lease) => ({ ...lease, epoch: outer(lease.run, lease.epoch) }));
        },
        append: (run, batch) => log.append(run, { ...batch, epoch: inner(run, batch.epoch) }),
        renew: (leases, leaseMs) =>
          log.renew(
            leases.map(({ run, epoch }) => ({ run, epoch: inner(run, epoch) })),
            leaseMs,
          ),
        async read(run, { seq, epoch }, limit) {
          const at = epoch === undefined ? {} : { epoch: inner(run, epoch) };
          const part = await log.read(run, { seq, ...at }, limit);
          if (part.status !== "events") return part;
          const outside = outer(run, part.segment.epoch);
          const segment = encodeSegment(segmentEvents(part.segment), outside);
          return segment === "too-large" ? part : { ...part, segment };
        },
      };
    },
  },
  "send does not ready the run": {
    caughtBy: "claim: a released run sleeps until a command comes",
    mutate(log) {
      const { created, asleep, create, claim, append } = remember(log);
      return {
        create,
        claim,
        append,
        async send(run, command) {
          const answer = await log.send(run, command);
          if (asleep.has(run)) await bury(log, run, created.get(run)?.agent);
          return answer;
        },
      };
    },
  },
  "a renewal is answered, not done": {
    caughtBy: "renew: a renewed lease outlives its first end",
    mutate: (log) => ({
      async renew(leases, leaseMs) {
        const answers = await log.renew(leases, 0);
        return answers.map((answer) =>
          answer.status === "ok" ? { ...answer, until: answer.until + leaseMs } : answer,
        );
      },
    }),
  },
  "threads do not take turns": {
    caughtBy: "claim: fair: a thread with many ready runs does not hold up another",
    mutate: (log) => ({
      // As if each run were a thread of its own.
      create: (run) => log.create({ ...run, thread: `${run.thread}/${run.run}` }),
      claim: async (request) =>
        (await log.claim(request)).map((lease) => ({
          ...lease,
          thread: lease.thread.replace(`/${lease.run}`, ""),
        })),
    }),
  },
};
