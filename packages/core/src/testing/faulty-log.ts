import type { EventLog } from "../log/event-log.ts";
import { aborted } from "./aborted.ts";
import { createRandom } from "./random-log/random.ts";

export interface FaultyLogOptions {
  /** The same seed makes the same faults, as long as the calls come in the same order. */
  readonly seed: number;
  /** One call in so many throws before anything happened. Default: none. */
  readonly fail?: number;
  /** One call in so many happens and then throws: its reply is lost. Default: none. */
  readonly lose?: number;
  /** One call in so many happens twice, as when something on the way repeats it. Default: none. */
  readonly repeat?: number;
  /** Latency, before and after each call; `random` gives an integer below its argument. Default: none. */
  readonly delay?: (random: (below: number) => number) => Promise<void>;
}

/**
 * A log behind a bad network: slow, forgetful, repetitive. It breaks nothing that `EventLog` promises, so whatever runs
 * on a log has to run on this. A lost claim leases runs to nobody until the leases end. Hints are lost where replies are
 * lost, and come for nothing where calls are repeated; `wait` never rejects.
 */
export function faultyLog(inner: EventLog, options: FaultyLogOptions): EventLog {
  const { seed, fail, lose, repeat, delay } = options;
  const random = createRandom(seed);
  const hits = (n: number | undefined): boolean => n !== undefined && random.oneIn(n);

  async function through<T>(name: string, call: () => Promise<T>): Promise<T> {
    await delay?.(random.int);
    if (hits(fail)) throw new Error(`faultyLog: ${name} did not get through.`);
    let answer = await call();
    if (hits(repeat)) answer = await call();
    await delay?.(random.int);
    if (hits(lose)) throw new Error(`faultyLog: the reply of ${name} was lost.`);
    return answer;
  }

  const { threads } = inner;
  return {
    create: (run) => through("create", () => inner.create(run)),
    claim: (request) => through("claim", () => inner.claim(request)),
    append: (run, batch) => through("append", () => inner.append(run, batch)),
    renew: (leases, leaseMs) => through("renew", () => inner.renew(leases, leaseMs)),
    send: (run, command) => through("send", () => inner.send(run, command)),
    inbox: (run, after, limit) => through("inbox", () => inner.inbox(run, after, limit)),
    read: (run, after, limit) => through("read", () => inner.read(run, after, limit)),
    find: (run) => through("find", () => inner.find(run)),
    uncompacted: (query) => through("uncompacted", () => inner.uncompacted(query)),
    compact: (run, events) => through("compact", () => inner.compact(run, events)),
    delete: (what) => through("delete", () => inner.delete(what)),
    async wait(topic, signal) {
      if (hits(repeat)) return;
      await (hits(lose) ? aborted(signal) : inner.wait(topic, signal));
    },
    threads: {
      get: (thread) => through("threads.get", () => threads.get(thread)),
      list: (query) => through("threads.list", () => threads.list(query)),
      runs: (thread) => through("threads.runs", () => threads.runs(thread)),
    },
  };
}
