import type { Append, AppendResult, EventLog, Lease } from "../log/event-log.ts";
import { maxEventBytes } from "../log/event-log.ts";
import { macrotask } from "../macrotask.ts";
import type { RunDraft } from "../protocol/draft.ts";
import type { NewEvent, RunEvent } from "../protocol/events.ts";
import { createVerifier, type Verifier } from "../protocol/order.ts";
import type { RunState } from "../protocol/state.ts";
import { RunwireError } from "../runwire-error.ts";
import { type Deferred, deferred } from "../signal.ts";
import { eventBytes } from "./event-bytes.ts";
import { persist } from "./persist.ts";

/** Appends begin at this many events; fewer wait for the end of the macrotask. Gains flatten here. */
const batchEvents = 64;
/** A batch stays well below {@link maxBatchBytes}. */
const batchBytes = 524_288;
/** Producers pause while more than this is unacknowledged. */
const backlogEvents = 1_024;
const backlogBytes = 4 * batchBytes;

/** Why a writer may not write any more. */
export type WriterEnd = "fenced" | "closed" | "gone" | "lost" | "broken";

export interface WriterOptions {
  readonly log: EventLog;
  readonly lease: Lease;
  /** The fold of everything up to `lease.tail`; the writer goes on folding into it. */
  readonly draft: RunDraft;
  /** Store time in ms. */
  readonly now: () => number;
  /** False once the local, monotonic deadline of the lease has passed. */
  readonly held: () => boolean;
  /** The inbox grew, or the writer ended. */
  readonly wake: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * The only thing that appends to a run, one per lease. `push` is synchronous: it numbers, checks and folds, so call
 * order is log order. One append is in flight; what is pushed meanwhile forms the next batch. (DURABILITY: one writer)
 */
export class RunWriter {
  readonly #options: WriterOptions;
  #verifier: Verifier;
  #seq: number;
  #acked: number;
  #queue: RunEvent[] = [];
  #sizes: number[] = [];
  #queuedBytes = 0;
  #flying = 0;
  #flyingBytes = 0;
  #armed = false;
  #at: number;
  /** Newest command taken; and where in the queue each one is answered that the log does not have yet. */
  #consume: number;
  #consumed: number;
  #answers: { readonly seq: number; readonly n: number }[] = [];
  #inbox: number;
  #ended: WriterEnd | undefined;
  #waiters: { readonly seq: number; readonly done: Deferred }[] = [];

  constructor(options: WriterOptions) {
    this.#options = options;
    const { lease } = options;
    this.#seq = this.#acked = lease.tail;
    this.#consume = this.#consumed = lease.done;
    this.#inbox = lease.inbox;
    this.#at = Math.max(lease.now, this.state.startedAt);
    this.#verifier = createVerifier({ state: this.state });
  }

  /** Everything pushed so far, folded. */
  get state(): RunState {
    const state = this.#options.draft.snapshot();
    if (state === undefined)
      throw new RunwireError("internal", { message: "A writer needs run.started." });
    return state;
  }

  /** The seq of the newest event pushed: the next event pushed gets the one after. */
  get seq(): number {
    return this.#seq;
  }

  get ended(): WriterEnd | undefined {
    return this.#ended;
  }

  /** Newest command taken, and newest command known. */
  get done(): number {
    return this.#consume;
  }
  get inbox(): number {
    return this.#inbox;
  }

  /** A hint from elsewhere (renewal, topic) that the inbox has grown. */
  noticeInbox(tail: number): void {
    if (tail <= this.#inbox) return;
    this.#inbox = tail;
    this.#options.wake();
  }

  /** Numbers, checks, folds and queues. Throws `too-large` before anything happened; ignored once the writer ended. */
  push(events: readonly NewEvent[], consume?: number): void {
    if (this.#ended !== undefined) return;
    const sizes = events.map((event) => {
      const bytes = eventBytes(event);
      if (bytes > maxEventBytes) throw tooLarge(event, bytes);
      return bytes;
    });
    for (let i = 0; i < events.length; i++) {
      const event = this.#number(events[i] as NewEvent);
      const violation = this.#verifier.check(event);
      if (violation !== undefined) {
        this.end("broken");
        throw new RunwireError("internal", {
          message: `The runtime broke order rule ${violation.rule}: ${violation.message}`,
        });
      }
      this.#seq = event.seq;
      this.#options.draft.apply(event);
      this.#queue.push(event);
      const size = sizes[i] as number;
      this.#sizes.push(size);
      this.#queuedBytes += size;
    }
    if (consume !== undefined) {
      this.#consume = consume;
      this.#answers.push({ seq: this.#seq, n: consume });
    }
    this.#arm();
  }

  /** Whether producers should pause; then await {@link drained}. */
  get full(): boolean {
    return (
      this.#seq - this.#acked > backlogEvents ||
      this.#queuedBytes + this.#flyingBytes > backlogBytes
    );
  }

  /** Resolves when there is room again, or the writer ended. */
  async drained(): Promise<void> {
    while (this.full && this.#ended === undefined) await this.#acknowledged(this.#acked + 1);
  }

  /** Resolves when all that was pushed before is acknowledged; false if the writer ended first. */
  async flushed(): Promise<boolean> {
    const seq = this.#seq;
    this.#send();
    if (this.#acked < seq) await this.#acknowledged(seq);
    return this.#acked >= seq;
  }

  /**
   * Ends the lease by its last events, in one append with `close` or `release`. They count only if it succeeds:
   * `inbox` means a command came first, and they were dropped.
   */
  async conclude(
    events: readonly NewEvent[],
    end: NonNullable<Append["end"]>,
  ): Promise<"ok" | "inbox" | "ended"> {
    if (!(await this.flushed())) return "ended";
    const numbered: RunEvent[] = [];
    const verifier = createVerifier({ state: this.state });
    for (const event of events) {
      const next = this.#number(event, numbered.length);
      const violation = verifier.check(next);
      if (violation !== undefined) {
        this.end("broken");
        throw new RunwireError("internal", {
          message: `The runtime broke order rule ${violation.rule}: ${violation.message}`,
        });
      }
      numbered.push(next);
    }
    const result = await this.#append({
      epoch: this.#options.lease.epoch,
      after: this.#acked,
      events: numbered,
      consume: this.#consume,
      // A close or release is refused over commands; what the store has consumed is told in the same operation.
      end,
    });
    if (result === undefined) return "ended";
    if (result.status === "inbox") {
      this.#inbox = Math.max(this.#inbox, result.inbox);
      return "inbox";
    }
    if (result.status !== "ok") {
      this.end(endOf(result));
      return "ended";
    }
    for (const event of numbered) this.#options.draft.apply(event);
    this.#seq = this.#acked = result.tail;
    this.end("closed");
    return "ok";
  }

  /** Nothing is written from now on; everybody who waits is let go. */
  end(why: WriterEnd): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#queue = [];
    this.#sizes = [];
    this.#queuedBytes = 0;
    this.#release(Number.POSITIVE_INFINITY);
    this.#options.wake();
  }

  #number(event: NewEvent, ahead = 0): RunEvent {
    const seq = this.#seq + ahead + 1;
    if ("delta" in event) return { seq, ...event };
    const { type, scope, ...fields } = event as { type: string; scope?: string };
    // Store time never runs backwards in a log, whatever the clocks do.
    this.#at = Math.max(this.#at, this.#options.now());
    const head = scope === undefined ? { seq, type } : { seq, type, scope };
    return { ...head, ...fields, at: this.#at } as unknown as RunEvent;
  }

  #arm(): void {
    if (this.#flying > 0) return;
    if (this.#queue.length >= batchEvents) {
      this.#send();
      return;
    }
    if (this.#armed) return;
    this.#armed = true;
    macrotask(() => {
      this.#armed = false;
      this.#send();
    });
  }

  /** Begins the next append, if none is in flight and something is there to say. */
  #send(): void {
    if (this.#flying > 0 || this.#ended !== undefined) return;
    if (this.#queue.length === 0) return;
    let count = 0;
    let bytes = 0;
    while (
      count < this.#queue.length &&
      (count === 0 || bytes + (this.#sizes[count] ?? 0) <= batchBytes)
    ) {
      bytes += this.#sizes[count++] ?? 0;
    }
    const whole = count === this.#queue.length;
    const events = whole ? this.#queue : this.#queue.slice(0, count);
    this.#queue = whole ? [] : this.#queue.slice(count);
    this.#sizes = whole ? [] : this.#sizes.slice(count);
    this.#queuedBytes -= bytes;
    this.#flyingBytes = bytes;
    this.#flying = events.length;
    // A batch consumes exactly the commands that it answers: cut off here, the next owner must answer the others, and
    // none of these again.
    const consume = this.#answered(this.#acked + count);
    const batch: Append = { epoch: this.#options.lease.epoch, after: this.#acked, events, consume };
    void this.#append(batch).then((result) => {
      this.#flying = 0;
      this.#flyingBytes = 0;
      if (result === undefined) return;
      if (result.status !== "ok") return this.end(endOf(result));
      this.#acked = result.tail;
      this.#consumed = consume;
      this.#release(this.#acked);
      this.noticeInbox(result.inbox);
      if (this.#queue.length > 0) this.#arm();
    });
  }

  /** The newest command that is answered up to `seq`. */
  #answered(seq: number): number {
    let n = this.#consumed;
    while (this.#answers[0] !== undefined && this.#answers[0].seq <= seq) {
      n = this.#answers[0].n;
      this.#answers.shift();
    }
    return n;
  }

  /** Repeats the identical append until it is answered; gives up when the lease is over. */
  async #append(batch: Append): Promise<AppendResult | undefined> {
    const { log, lease, held, onError } = this.#options;
    try {
      return await persist(
        () => log.append(lease.run, batch),
        (error) => {
          onError(error);
          return held() && this.#ended === undefined;
        },
      );
    } catch {
      this.end("lost");
      return undefined;
    }
  }

  #acknowledged(seq: number): Promise<void> {
    if (this.#ended !== undefined) return Promise.resolve();
    const done = deferred();
    this.#waiters.push({ seq, done });
    return done.promise;
  }

  #release(seq: number): void {
    const ready = this.#waiters.filter((waiter) => waiter.seq <= seq);
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.seq > seq);
    for (const waiter of ready) waiter.done.resolve();
  }
}

function endOf(result: AppendResult): WriterEnd {
  switch (result.status) {
    case "fenced":
    case "gap":
      return "fenced";
    case "closed":
    case "gone":
      return result.status;
    default:
      return "broken";
  }
}

function tooLarge(event: NewEvent, bytes: number): RunwireError {
  return new RunwireError("too-large", {
    message: `A ${event.type} event of ${bytes} bytes is over the limit of ${maxEventBytes}. Store large values elsewhere and send a URL.`,
  });
}
