import type { Command, InboxEntry } from "../protocol/command.ts";
import type { Cursor } from "../protocol/cursor.ts";
import type { RunEvent } from "../protocol/events.ts";
import type { Segment } from "./segment.ts";

/**
 * Where runs live. The rules of who may write are here and nowhere else (ARCHITECTURE.md, "The log"):
 *
 * - Every operation is atomic and linearizable per run; `create` and `delete` per thread, and a `close` together with
 *   the runs it unblocks. Time is the store's own clock, in ms.
 * - A refusal is a value. A throw means "unknown whether it happened": repeat the identical call. Every call may be
 *   repeated; the second of two identical calls answers as the first and changes nothing.
 * - Only the holder of a run's newest lease appends. Everybody else sends a command to the inbox.
 * - What was acknowledged is never lost, reordered or rewritten while the run is open.
 */
export interface EventLog {
  /**
   * Writes the run, its first events (seq 1…) and the thread's new head in one operation. The events have the epoch of
   * the lease that is given with them, or 0.
   */
  create(run: NewRun): Promise<CreateResult>;

  /**
   * Atomically picks at most `max` runs that are ready (new, readied by a command, woken by their time, handed over)
   * or whose lease expired, oldest readiness first, fair between threads, and leases them. A run is in at most one live
   * lease. Epoch = max(old epoch + 1, now). Blocked and ended runs are never claimed. Fair: they come by score, which
   * is the time a run became ready, or {@link fairnessMs} after the score of the run of its thread that became ready
   * before it, whichever is later. A repeat claims anew: what a lost answer leased comes back when its lease ends.
   */
  claim(request: ClaimRequest): Promise<readonly Lease[]>;

  /**
   * All or nothing, by the holder of the current epoch only. `after` = tail: written. All of it at or below the tail,
   * and written by this epoch: a repeat, ok and nothing written. Otherwise `gap`. `consume` moves the inbox's `done`
   * forward (never back, nor past the newest command). `end` with commands still pending (`consume` < inbox tail):
   * `inbox`, nothing written. An empty `events` with `end` or `consume` is allowed. A repeat is recognised before all
   * refusals but `gone`; one that has no events, by its `end`: the run's newest, by this epoch and after this seq.
   */
  append(run: string, batch: Append): Promise<AppendResult>;

  /** Prolongs leases, each by itself. The answers are in the order of the request. */
  renew(leases: readonly LeaseRef[], leaseMs: number): Promise<readonly RenewResult[]>;

  /**
   * Puts a command into the inbox. The first with an id wins; a repeat returns its `n`, also after the run closed.
   * A run that is open, not leased and not blocked becomes ready in the same operation.
   */
  send(run: string, command: Command): Promise<SendResult>;

  /** Commands with `n` > `after`, in order, at most `limit`. A run that is gone has none. */
  inbox(run: string, after: number, limit: number): Promise<readonly InboxEntry[]>;

  /**
   * Events after the cursor, in order, contiguous, at most `limit`, all of one epoch (a read ends where the epoch
   * changes), encoded as they are kept. Fewer than there are is fine, none only at the tail. `reset`: the cursor is beyond the tail, of another epoch than the event at its `seq`,
   * or inside what was compacted; the reader needs a snapshot.
   */
  read(run: string, after: Cursor, limit: number): Promise<ReadResult>;

  /** What the log knows of a run without reading its events; `undefined` when unknown or deleted. */
  find(run: string): Promise<RunInfo | undefined>;

  /**
   * Resolves at the next change of the topic after the call, or when `signal` fires; never rejects. A hint: it may be
   * late, lost or spurious, so a caller arms it, reads, and only then awaits it, with a slow poll as the backstop.
   */
  wait(topic: Topic, signal: AbortSignal): Promise<void>;

  /**
   * Replaces an ended run's events by fewer with the same fold, numbered from 1 again and under a new epoch: cursors
   * from before are `reset`, also those without an epoch. Not fewer: the events stay as they are. `open`: the run has not
   * ended. The thread's times stay.
   */
  compact(run: string, events: readonly RunEvent[]): Promise<"ok" | "open" | "gone">;

  /**
   * Runs that ended at least `ageMs` ago and were never compacted, those that ended first first, at most `limit`.
   * Whatever `compact` makes of such a run, it is not named again.
   */
  uncompacted(query: {
    readonly ageMs: number;
    readonly limit: number;
  }): Promise<readonly string[]>;

  /**
   * Deletes a run, or a thread with all its runs. Fences owners, readies what the runs blocked, leaves a tombstone:
   * later calls answer `gone`, as they do for a run that never was. The thread of a deleted run stays. `idleMs`: only a
   * thread that is there, was last updated at least that long ago, and whose runs have all ended; else nothing happens.
   */
  delete(what: Deletion): Promise<void>;

  readonly threads: Threads;
}

/** Conversations: what a list of them needs. */
export interface Threads {
  get(thread: string): Promise<ThreadInfo | undefined>;
  /** Newest activity first. `before`: only threads updated before that time. No two have the same, so it pages. */
  list(query: {
    readonly principal?: string;
    readonly limit: number;
    readonly before?: number;
  }): Promise<readonly ThreadInfo[]>;
  /** All runs of a thread that are kept, oldest first. */
  runs(thread: string): Promise<readonly RunInfo[]>;
}

export type Deletion =
  | { readonly run: string }
  | { readonly thread: string; readonly idleMs?: number };

/** `run:` its log grew, ended or went away · `inbox:` a command arrived · `thread:` head or runs changed · `ready` some run can be claimed. */
export type Topic = `run:${string}` | `inbox:${string}` | `thread:${string}` | "ready";

export interface NewRun {
  readonly run: string;
  readonly thread: string;
  readonly agent: string;
  /** The owner of run and thread; only the same principal may add to the thread. */
  readonly principal?: string;
  readonly previous?: string;
  /** Compare-and-set: refuse with `moved` unless the thread's head is this run (`null`: the thread has none). */
  readonly ifHead?: string | null;
  /** What to do while `previous` is open: refuse, or create the run blocked until it closes. */
  readonly busy: "reject" | "queue";
  /** Same run id and same digest: `exists`. Same id, other digest: `conflict`. */
  readonly digest: string;
  /** From `run.started`, seq 1, on. */
  readonly events: readonly RunEvent[];
  /** Takes the lease in the same operation (not when blocked). */
  readonly owner?: { readonly worker: string; readonly leaseMs: number };
  /** For the list of threads; kept from the thread's first run. */
  readonly title?: string;
}

export type CreateResult =
  /** `lease` when `owner` was given and the run is not blocked. A repeat by the same owner gets it again. */
  | { readonly status: "ok"; readonly lease?: Lease }
  | { readonly status: "exists"; readonly lease?: Lease }
  | { readonly status: "conflict" }
  /** `previous` is open and `busy` is `reject`. */
  | { readonly status: "busy"; readonly run: string }
  | { readonly status: "moved"; readonly head: string | null }
  /** The run or the thread belongs to another principal, or `previous` is of another thread or unknown. */
  | { readonly status: "foreign" }
  /** The events are over {@link maxEventBytes} or {@link maxBatchBytes}. */
  | { readonly status: "too-large" }
  /** The run or its thread was deleted. */
  | { readonly status: "gone" };

export interface ClaimRequest {
  readonly worker: string;
  readonly leaseMs: number;
  readonly max: number;
  /** Only runs of these agents. */
  readonly agents: readonly string[];
  /** Only this run. */
  readonly run?: string;
  /** With `run`: take it even from a live lease. Allowed only to end a run whose owner ignores a cancel. */
  readonly steal?: true;
}

export interface LeaseRef {
  readonly run: string;
  readonly epoch: number;
}

export interface Lease extends LeaseRef {
  readonly thread: string;
  readonly principal?: string;
  /** Newest seq. */
  readonly tail: number;
  /** Newest consumed command and newest command, by `n`. */
  readonly done: number;
  readonly inbox: number;
  /** Store time, and when the lease ends. */
  readonly now: number;
  readonly until: number;
  readonly why: "new" | "input" | "timer" | "recovery" | "handover" | "steal";
}

export interface Append {
  readonly epoch: number;
  readonly after: number;
  readonly events: readonly RunEvent[];
  readonly consume?: number;
  /** `close`: the last event is terminal. `release`: give the lease back until a command or `wakeAt` (store time; 0 = at once, `null` = only a command). */
  readonly end?: "close" | { readonly release: number | null };
}

export type AppendResult =
  | { readonly status: "ok"; readonly tail: number; readonly inbox: number }
  | { readonly status: "gap"; readonly tail: number }
  | { readonly status: "inbox"; readonly inbox: number }
  /** Another epoch, or a lease that was released. */
  | { readonly status: "fenced" }
  | { readonly status: "closed" }
  /** Over {@link maxEventBytes} or {@link maxBatchBytes}. */
  | { readonly status: "too-large" }
  | { readonly status: "gone" };

export type RenewResult =
  | { readonly status: "ok"; readonly until: number; readonly inbox: number }
  | { readonly status: "fenced" };

export type SendResult =
  | { readonly status: "ok"; readonly n: number }
  | { readonly status: "closed" }
  /** {@link maxPendingCommands} are pending. */
  | { readonly status: "full" }
  /** Over {@link maxCommandBytes}. */
  | { readonly status: "too-large" }
  | { readonly status: "gone" };

export type ReadResult =
  | {
      readonly status: "events";
      /** Without events: of the epoch of the event at the cursor. */
      readonly segment: Segment;
      /** The run is closed and these are its last events. */
      readonly ended: boolean;
      /** The newest seq, where the log knows it: who has it need not read again before the next hint. */
      readonly tail?: number;
    }
  | { readonly status: "reset" }
  | { readonly status: "gone" };

export interface RunInfo {
  readonly run: string;
  readonly thread: string;
  readonly agent: string;
  readonly principal?: string;
  readonly previous?: string;
  readonly status: "blocked" | "open" | "ended";
  readonly tail: number;
  readonly createdAt: number;
}

export interface ThreadInfo {
  readonly thread: string;
  readonly principal?: string;
  readonly title?: string;
  /** The newest run that is kept. */
  readonly head?: string;
  readonly createdAt: number;
  /** When a run of the thread was last created, closed or deleted. */
  readonly updatedAt: number;
}

/** Limits of every log, in bytes of UTF-8 JSON. (PROTOCOL.md §3 rule 22) */
export const maxEventBytes = 262_144;
export const maxBatchBytes = 1_048_576;
/** Smaller than an event, since each command must fit the event that answers it. */
export const maxCommandBytes = 245_760;
export const maxPendingCommands = 1_000;
/** How far apart the runs of one thread are queued when they become ready together. */
export const fairnessMs = 1_000;
