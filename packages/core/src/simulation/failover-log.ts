import type { EventLog } from "../log/event-log.ts";

export interface FailoverLog {
  readonly log: EventLog;
  /** A replica takes over that had not heard of the last `ms`: what happened then has not happened. */
  failover(ms: number): void;
}

/**
 * A log with a replica that lags behind. It keeps a journal of what changed the log, with the store's time; the replica
 * is a new log that has lived through the journal up to some moment.
 */
export function failoverLog(make: (clock: () => number) => EventLog): FailoverLog {
  let replayed: number | undefined;
  const clock = (): number => replayed ?? Date.now();
  let journal: { readonly at: number; readonly apply: (log: EventLog) => unknown }[] = [];
  let current = make(clock);
  const waiting = new Set<() => void>();

  function change<T>(apply: (log: EventLog) => Promise<T>): Promise<T> {
    journal.push({ at: Date.now(), apply });
    return apply(current);
  }

  const log: EventLog = {
    create: (run) => change((to) => to.create(run)),
    claim: (request) => change((to) => to.claim(request)),
    append: (run, batch) => change((to) => to.append(run, batch)),
    renew: (leases, leaseMs) => change((to) => to.renew(leases, leaseMs)),
    send: (run, command) => change((to) => to.send(run, command)),
    compact: (run, events) => change((to) => to.compact(run, events)),
    delete: (what) => change((to) => to.delete(what)),
    inbox: (run, after, limit) => current.inbox(run, after, limit),
    read: (run, after, limit) => current.read(run, after, limit),
    find: (run) => current.find(run),
    uncompacted: (query) => current.uncompacted(query),
    // Whoever waits looks again after a fail-over.
    wait: (topic, signal) =>
      new Promise((resolve) => {
        waiting.add(resolve);
        void current.wait(topic, signal).then(() => {
          waiting.delete(resolve);
          resolve();
        });
      }),
    threads: {
      get: (thread) => current.threads.get(thread),
      list: (query) => current.threads.list(query),
      runs: (thread) => current.threads.runs(thread),
    },
  };

  return {
    log,
    failover(ms) {
      const last = Date.now() - ms;
      journal = journal.filter(({ at }) => at <= last);
      current = make(clock);
      for (const { at, apply } of journal) {
        replayed = at;
        void apply(current);
      }
      replayed = undefined;
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
  };
}
