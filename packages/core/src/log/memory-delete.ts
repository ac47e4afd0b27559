import type { MemoryRun, MemoryThread } from "./memory-run.ts";
import { type MemoryStore, setReady, touch, unblock } from "./memory-store.ts";

/** `EventLog.delete` of a run. */
export function deleteRun(store: MemoryStore, id: string): void {
  store.gone.runs.add(id);
  const run = store.runs.get(id);
  if (run === undefined) return;
  const { runs } = run.thread;
  runs.splice(runs.indexOf(run), 1);
  forget(store, run);
  touch(store, run.thread, store.now());
}

/** `EventLog.delete` of a thread with all its runs. */
export function deleteThread(store: MemoryStore, id: string, idleMs: number | undefined): void {
  const thread = store.threads.get(id);
  if (idleMs !== undefined && !(thread && isIdle(thread, store.now() - idleMs))) return;
  store.gone.threads.add(id);
  if (thread === undefined) return;
  store.threads.delete(id);
  for (const run of thread.runs) {
    store.gone.runs.add(run.run);
    forget(store, run);
  }
  store.topics.notify(`thread:${id}`);
}

function isIdle({ updatedAt, runs }: MemoryThread, since: number): boolean {
  return updatedAt <= since && runs.every(({ status }) => status === "ended");
}

function forget(store: MemoryStore, run: MemoryRun): void {
  const now = store.now();
  store.runs.delete(run.run);
  if (run.previous !== undefined) store.runs.get(run.previous)?.blocks.delete(run);
  run.status = "ended";
  store.uncompacted.delete(run);
  setReady(store, run, undefined, now);
  unblock(store, run, now);
  // Timers of the ready queue may hold the record for days: not the events.
  run.events.replace([]);
  store.topics.notify(run.topic);
  store.topics.notify(`inbox:${run.run}`);
}
