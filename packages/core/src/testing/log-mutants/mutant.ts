import type { EventLog, NewRun } from "../../log/event-log.ts";

/** A log that looks right and is wrong in one rule. A suite that it passes is no suite. */
export interface Mutant {
  /** The case that must notice. */
  readonly caughtBy: string;
  /** What differs from the given log. */
  mutate(log: EventLog): Partial<EventLog>;
}

export type Mutants = { readonly [rule: string]: Mutant };

/** Leases a run to nobody, as if it had never become ready. */
export function bury(log: EventLog, run: string, agent: string | undefined) {
  const agents = agent === undefined ? [] : [agent];
  return log.claim({ run, worker: "nobody", leaseMs: 1e15, max: 1, agents });
}

/** Operations that do the same as the log's, and remember what a mutant may need to know of each run. */
export function remember(log: EventLog) {
  const created = new Map<string, NewRun>();
  const epochs = new Map<string, number>();
  const asleep = new Set<string>();
  const create: EventLog["create"] = async (run) => {
    const answer = await log.create(run);
    if (answer.status !== "ok") return answer;
    created.set(run.run, run);
    if (answer.lease !== undefined) epochs.set(run.run, answer.lease.epoch);
    return answer;
  };
  const claim: EventLog["claim"] = async (request) => {
    const leases = await log.claim(request);
    for (const { run, epoch } of leases) {
      epochs.set(run, epoch);
      asleep.delete(run);
    }
    return leases;
  };
  const append: EventLog["append"] = async (run, batch) => {
    const answer = await log.append(run, batch);
    const released = typeof batch.end === "object" && batch.end.release !== 0;
    if (answer.status === "ok" && released) asleep.add(run);
    return answer;
  };
  return { created, epochs, asleep, create, claim, append };
}
