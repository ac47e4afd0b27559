import type { Append, Lease, RunInfo, ThreadInfo, Topic } from "./event-log.ts";
import { type EventSegments, eventSegments } from "./event-segments.ts";
import { type MemoryInbox, memoryInbox } from "./memory-inbox.ts";

/** A thread as the in-memory log keeps it. */
export interface MemoryThread {
  readonly thread: string;
  readonly principal: string | undefined;
  readonly title: string | undefined;
  readonly createdAt: number;
  updatedAt: number;
  /** Oldest first. */
  readonly runs: MemoryRun[];
  /** The fair score of the run that became ready last. */
  score: number;
}

/** A run as the in-memory log keeps it. */
export interface MemoryRun {
  readonly run: string;
  readonly thread: MemoryThread;
  readonly agent: string;
  readonly principal: string | undefined;
  readonly previous: string | undefined;
  readonly digest: string;
  readonly createdAt: number;
  readonly events: EventSegments;
  readonly inbox: MemoryInbox;
  /** `run:<run>`, made once and not at every append. */
  readonly topic: Topic;
  /** Runs that wait for this one to end. */
  readonly blocks: Set<MemoryRun>;
  status: "blocked" | "open" | "ended";
  /** Of the newest lease; 0 before the first. */
  epoch: number;
  lease: { readonly worker: string; until: number } | undefined;
  /** The epoch of the lease that `create` gave away, to give again when that call is repeated. */
  createdEpoch: number | undefined;
  /** Without a lease: from when on and why the run can be claimed. */
  ready: { readonly at: number; readonly why: Lease["why"] } | undefined;
  /** The newest close or release, to know its repeat by. */
  left: Pick<Append, "epoch" | "after" | "end"> | undefined;
  compacted: boolean;
  /** When the run ended, in the order of the ends. */
  endedAt: number;
  /** Kept by the ready queue. */
  score: number | undefined;
  timer: number | undefined;
}

export function memoryRun(
  known: Pick<
    MemoryRun,
    "run" | "thread" | "agent" | "principal" | "previous" | "digest" | "createdAt"
  >,
): MemoryRun {
  return {
    ...known,
    events: eventSegments(),
    inbox: memoryInbox(),
    topic: `run:${known.run}`,
    blocks: new Set(),
    status: "open",
    epoch: 0,
    lease: undefined,
    createdEpoch: undefined,
    ready: undefined,
    left: undefined,
    compacted: false,
    endedAt: 0,
    score: undefined,
    timer: undefined,
  };
}

/** When the run can be claimed: its readiness, or the end of its lease. */
export function dueAt(run: MemoryRun): number {
  if (run.status !== "open") return Number.POSITIVE_INFINITY;
  if (run.lease !== undefined) return run.lease.until;
  return run.ready?.at ?? Number.POSITIVE_INFINITY;
}

export function runInfo(run: MemoryRun): RunInfo {
  const { principal, previous } = run;
  return {
    run: run.run,
    thread: run.thread.thread,
    agent: run.agent,
    ...(principal !== undefined && { principal }),
    ...(previous !== undefined && { previous }),
    status: run.status,
    tail: run.events.tail,
    createdAt: run.createdAt,
  };
}

export function threadInfo(thread: MemoryThread): ThreadInfo {
  const { principal, title } = thread;
  const head = thread.runs.at(-1)?.run;
  return {
    thread: thread.thread,
    ...(principal !== undefined && { principal }),
    ...(title !== undefined && { title }),
    ...(head !== undefined && { head }),
    createdAt: thread.createdAt,
    updatedAt: thread.updatedAt,
  };
}
