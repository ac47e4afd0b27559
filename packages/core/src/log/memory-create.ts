import type { CreateResult, NewRun } from "./event-log.ts";
import { type MemoryRun, type MemoryThread, memoryRun } from "./memory-run.ts";
import { leaseOf, type MemoryStore, setReady, takeLease, touch } from "./memory-store.ts";
import { encodeSegment } from "./segment.ts";

/** `EventLog.create`. */
export function create(store: MemoryStore, request: NewRun): CreateResult {
  const { gone, runs, threads } = store;
  if (gone.runs.has(request.run) || gone.threads.has(request.thread)) return { status: "gone" };

  const known = runs.get(request.run);
  if (known !== undefined) return repeated(store, known, request);

  const thread = threads.get(request.thread);
  if (thread !== undefined && thread.principal !== request.principal) return { status: "foreign" };
  const previous = request.previous === undefined ? undefined : runs.get(request.previous);
  if (request.previous !== undefined) {
    if (previous === undefined || previous.thread !== thread) return { status: "foreign" };
  }
  const head = thread?.runs.at(-1)?.run ?? null;
  if (request.ifHead !== undefined && request.ifHead !== head) return { status: "moved", head };
  const blocked = previous !== undefined && previous.status !== "ended";
  if (blocked && request.busy === "reject") return { status: "busy", run: previous.run };
  const { events } = request;
  if (events[0]?.seq !== 1 || events.at(-1)?.seq !== events.length) {
    throw new TypeError("A run begins with its first events: seq 1, 2, …");
  }
  const now = store.now();
  // A new run's first epoch, if it gets a lease at once.
  const epoch = blocked || request.owner === undefined ? 0 : Math.max(1, now);
  const segment = encodeSegment(events, epoch);
  if (segment === "too-large") return { status: "too-large" };

  const run = memoryRun({
    run: request.run,
    thread: thread ?? addThread(store, request, now),
    agent: request.agent,
    principal: request.principal,
    previous: request.previous,
    digest: request.digest,
    createdAt: now,
  });
  runs.set(run.run, run);
  run.thread.runs.push(run);
  if (blocked) {
    run.status = "blocked";
    previous.blocks.add(run);
  } else if (request.owner === undefined) {
    setReady(store, run, { at: now, why: "new" }, now);
  } else {
    takeLease(store, run, request.owner, now);
    run.createdEpoch = run.epoch;
  }
  run.events.append(store.fresh.add(segment, events));
  touch(store, run.thread, now);
  store.topics.notify(run.topic);
  return { status: "ok", ...(run.lease !== undefined && { lease: leaseOf(run, "new", now) }) };
}

function repeated(store: MemoryStore, run: MemoryRun, request: NewRun): CreateResult {
  if (run.principal !== request.principal) return { status: "foreign" };
  if (run.digest !== request.digest) return { status: "conflict" };
  // Only the very lease that the first call gave: a later one belongs to whoever claimed it.
  const given =
    run.lease !== undefined &&
    run.lease.worker === request.owner?.worker &&
    run.epoch === run.createdEpoch;
  return { status: "exists", ...(given && { lease: leaseOf(run, "new", store.now()) }) };
}

function addThread(store: MemoryStore, request: NewRun, now: number): MemoryThread {
  const thread: MemoryThread = {
    thread: request.thread,
    principal: request.principal,
    title: request.title,
    createdAt: now,
    updatedAt: now,
    runs: [],
    score: Number.NEGATIVE_INFINITY,
  };
  store.threads.set(thread.thread, thread);
  return thread;
}
