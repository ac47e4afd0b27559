import { type Mutants, remember } from "./mutant.ts";

export const createMutants: Mutants = {
  "the head is not compared": {
    caughtBy: "create: of two that race for one head, one wins",
    mutate: (log) => ({ create: ({ ifHead: _, ...run }) => log.create(run) }),
  },
  "anybody may add to a thread": {
    caughtBy: "create: threads, runs and predecessors of others are foreign",
    mutate: (log) => ({ create: ({ principal: _, ...run }) => log.create(run) }),
  },
  "a repeat gets no lease": {
    caughtBy: "create: an owner gets the lease with the run, and again when it repeats",
    mutate: (log) => ({
      async create(run) {
        const answer = await log.create(run);
        return answer.status === "exists" ? { status: "exists" } : answer;
      },
    }),
  },
  "a repeat gets whatever lease there is": {
    caughtBy: "create: a lease that was claimed since is not given to who repeats the creation",
    mutate(log) {
      const { epochs, create, claim } = remember(log);
      return {
        claim,
        async create(run) {
          const answer = await create(run);
          const epoch = epochs.get(run.run);
          if (answer.status !== "exists" || run.owner === undefined || epoch === undefined) {
            return answer;
          }
          const { thread } = run;
          const lease = {
            run: run.run,
            thread,
            epoch,
            tail: 1,
            done: 0,
            inbox: 0,
            now: 0,
            until: 0,
          };
          return { status: "exists", lease: { ...lease, why: "new" } };
        },
      };
    },
  },
  "deleted ids come back": {
    caughtBy: "delete: a deletion that comes before the creation wins",
    mutate: (log) => ({
      async create(run) {
        const answer = await log.create(run);
        const [id, thread] = [`${run.run}-again`, `${run.thread}-again`];
        return answer.status === "gone" ? log.create({ ...run, run: id, thread }) : answer;
      },
    }),
  },
};
