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
import { numberEvent } from "./number-event.ts";
import { batchBytes, Outbox } from "./outbox.ts";
import { persist } from "./persist.ts";

/** Appends begin at this many events; fewer wait for the end of the macrotask. Gains flatten here. */
const batchEvents = 64;
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
  readonly #verifier: Verifier;
  readonly #outbox = new Outbox();
  #seq: number;
  #acked: number;
  #flying = false;
  #flyingBytes = 0;
  #armed = false;
  #at: number;
  /** Newest command taken, and newest of which the log has the answer. */
  #done: number;
  #consumed: number;
  #inbox: number;
  #ended: WriterEnd | undefined;
  #waiters: { readonly seq: number; readonly done: Deferred }[] = [];

  constructor(options: WriterOptions) {
    this.#options = options;
    const { lease } = options;
    this.#seq = this.#acked = lease.tail;
    this.#done = this.#consumed = lease.done;
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
    return this.#done;
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

  /**
   * Numbers, checks, folds and queues. `consume`: the command that these events answer; it counts as taken once the log
   * has them. Throws `too-large` before anything happened; ignored once the writer ended.
   */
  push(events: readonly NewEvent[], consume?: number): void {
    if (this.#ended !== undefined) return;
    const sizes = events.map((event) => {
      const bytes = eventBytes(event);
      if (bytes > maxEventBytes) throw tooLarge(event, bytes);
      return bytes;
    });
    for (let i = 0; i < events.length; i++) {
      const event = numberEvent(events[i] as NewEvent, this.#seq + 1, this.#now);
      this.#check(this.#verifier, event);
      this.#seq = event.seq;
      this.#options.draft.apply(event);
      this.#outbox.add(event, sizes[i] as number);
    }
    if (consume !== undefined) {
      this.#done = consume;
      this.#outbox.answer(this.#seq, consume);
    }
    this.#arm();
  }

  /** Whether producers should pause; then await {@link drained}. */
  get full(): boolean {
    return (
      this.#seq - this.#acked > backlogEvents ||
      this.#outbox.bytes + this.#flyingBytes > backlogBytes
    );
  }

  /** Resolves when there is room again, or the writer ended. */
  async drained(): Promise<void> {
    while (this.full && this.#ended === undefined) await this.#acknowledged(this.#acked + 1);
  }

  /** Resolves when all that was pushed before is acknowledged; false once the writer has ended. */
  async flushed(): Promise<boolean> {
    const seq = this.#seq;
    this.#send();
    if (this.#acked < seq) await this.#acknowledged(seq);
    return this.#ended === undefined && this.#acked >= seq;
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
    const verifier = createVerifier({ state: this.state });
    const numbered = events.map((event, i) => {
      const next = numberEvent(event, this.#seq + 1 + i, this.#now);
      this.#check(verifier, next);
      return next;
    });
    const { epoch } = this.#options.lease;
    const after = this.#acked;
    const result = await this.#append({ epoch, after, events: numbered, consume: this.#done, end });
    if (result === undefined) return "ended";
    if (result.status === "inbox") {
      this.#inbox = Math.max(this.#inbox, result.inbox);
      return "inbox";
    }
    if (result.status !== "ok") {
      this.#refused(result);
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
    this.#outbox.clear();
    this.#release(Number.POSITIVE_INFINITY);
    this.#options.wake();
  }

  /** Store time never runs backwards in a log, whatever the clocks do. */
  readonly #now = (): number => {
    this.#at = Math.max(this.#at, this.#options.now());
    return this.#at;
  };

  #check(verifier: Verifier, event: RunEvent): void {
    const violation = verifier.check(event);
    if (violation === undefined) return;
    const error = new RunwireError("internal", {
      message: `The runtime broke order rule ${violation.rule}: ${violation.message}`,
    });
    // Told here: who pushes may take it for a failure of a tool or a model.
    this.#options.onError(error);
    this.end("broken");
    throw error;
  }

  #arm(): void {
    if (this.#flying) return;
    if (this.#outbox.length >= batchEvents) {
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
    if (this.#flying || this.#ended !== undefined || this.#outbox.length === 0) return;
    const { events, bytes, consume = this.#consumed } = this.#outbox.take();
    this.#flying = true;
    this.#flyingBytes = bytes;
    const { epoch } = this.#options.lease;
    void this.#append({ epoch, after: this.#acked, events, consume }).then((result) => {
      this.#flying = false;
      this.#flyingBytes = 0;
      if (result === undefined) return;
      if (result.status !== "ok") return this.#refused(result);
      this.#acked = result.tail;
      this.#consumed = consume;
      this.#release(this.#acked);
      this.noticeInbox(result.inbox);
      if (this.#outbox.length > 0) this.#arm();
    });
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

  #refused(result: AppendResult): void {
    // Sizes are checked before events are queued, and only a close or release can meet commands.
    if (result.status === "too-large" || result.status === "inbox") {
      const message = `The log refused an append to ${this.#options.lease.run}: ${result.status}.`;
      this.#options.onError(new RunwireError("internal", { message }));
    }
    this.end(endOf(result));
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
