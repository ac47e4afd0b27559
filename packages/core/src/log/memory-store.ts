import type { Lease } from "./event-log.ts";
import { FreshEvents } from "./fresh-events.ts";
import type { MemoryRun, MemoryThread } from "./memory-run.ts";
import { type ReadyQueue, readyQueue } from "./ready-queue.ts";
import { type Topics, topics } from "./topics.ts";

/** What the operations of one in-memory log share. */
export interface MemoryStore {
  readonly runs: Map<string, MemoryRun>;
  readonly threads: Map<string, MemoryThread>;
  /** Tombstones: ids never come back. */
  readonly gone: { readonly runs: Set<string>; readonly threads: Set<string> };
  readonly queue: ReadyQueue;
  /** Ended runs that `compact` was not called for, in the order of their ends. */
  readonly uncompacted: Set<MemoryRun>;
  readonly topics: Topics;
  readonly fresh: FreshEvents;
  now(): number;
  /** The newest `updatedAt` of all threads. */
  updatedAt: number;
}

export function memoryStore(clock: () => number): MemoryStore {
  return {
    runs: new Map(),
    threads: new Map(),
    gone: { runs: new Set(), threads: new Set() },
    queue: readyQueue(),
    uncompacted: new Set(),
    topics: topics(),
    fresh: new FreshEvents(),
    now: clock,
    updatedAt: 0,
  };
}

/** Notes activity in a thread. Times of update are unique, so that a list can be paged by them. */
export function touch(store: MemoryStore, thread: MemoryThread, now: number): void {
  store.updatedAt = Math.max(store.updatedAt + 1, now);
  thread.updatedAt = store.updatedAt;
  store.topics.notify(`thread:${thread.thread}`);
}

/** Gives the run to a worker, under a new epoch. */
export function takeLease(
  store: MemoryStore,
  run: MemoryRun,
  owner: { readonly worker: string; readonly leaseMs: number },
  now: number,
): void {
  run.epoch = Math.max(run.epoch + 1, now);
  run.lease = { worker: owner.worker, until: now + owner.leaseMs };
  run.ready = undefined;
  store.queue.update(run, now);
}

/** The lease of a run that has one, as its holder gets it. */
export function leaseOf(run: MemoryRun, why: Lease["why"], now: number): Lease {
  return {
    run: run.run,
    epoch: run.epoch,
    thread: run.thread.thread,
    ...(run.principal !== undefined && { principal: run.principal }),
    tail: run.events.tail,
    done: run.inbox.done,
    inbox: run.inbox.tail,
    now,
    until: run.lease?.until ?? now,
    why,
  };
}

/** From `at` on anybody may claim the run; `undefined`: until a command comes, nobody. */
export function setReady(
  store: MemoryStore,
  run: MemoryRun,
  ready: MemoryRun["ready"],
  now: number,
): void {
  run.lease = undefined;
  run.ready = ready;
  store.queue.update(run, now);
  if (ready !== undefined && ready.at <= now) store.topics.notify("ready");
}

/** Lets go whoever waited for this run to end. */
export function unblock(store: MemoryStore, run: MemoryRun, now: number): void {
  for (const next of run.blocks) {
    next.status = "open";
    setReady(store, next, { at: now, why: "new" }, now);
  }
  run.blocks.clear();
}
