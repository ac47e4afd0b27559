import type { Lease } from "../log/event-log.ts";
import type { InboxEntry } from "../protocol/command.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { RunState } from "../protocol/state.ts";
import { RunwireError } from "../runwire-error.ts";
import { deferred, latch } from "../signal.ts";
import type { Action } from "./action.ts";
import { answer } from "./answer.ts";
import { finishScope, lastEvents } from "./finish.ts";
import { timeLimitAt } from "./limits.ts";
import { next } from "./next.ts";
import { openRun, type WorkerContext } from "./open-run.ts";
import { persist } from "./persist.ts";
import { createTasks, type Tasks } from "./tasks.ts";
import type { RunWriter } from "./writer.ts";

/** Commands taken from the inbox at once. */
const inboxBatch = 100;
/** The pause before an inbox that should hold commands and does not is read again. */
const emptyInboxMs = 50;

/** One leased run at work. */
export interface Worker {
  readonly run: string;
  readonly epoch: number;
  /** Resolves when the lease is over: ended, waiting, handed over or lost. Never rejects. */
  readonly done: Promise<void>;
  /** Tells of the inbox's tail as a renewal reports it. */
  noticeInbox(tail: number): void;
  /** The lease is gone: everything is aborted at once and nothing more is written. */
  lose(): void;
  /** Aborts what runs and gives the run to another process. */
  handOver(): void;
}

/**
 * Works on a leased run until it ends or waits: drain the inbox, ask `next`, perform what is new, abort what is no longer
 * asked for, append; again at every wake-up. (ARCHITECTURE.md, "The loop")
 */
export function startWorker(lease: Lease, ctx: WorkerContext): Worker {
  const loop = new Loop(lease, ctx);
  return {
    run: lease.run,
    epoch: lease.epoch,
    // Whoever lost the lease may still be held up by somebody's code: nobody waits for that, and nobody renews.
    done: Promise.race([loop.work(), loop.ended]),
    noticeInbox: (tail) => loop.noticeInbox(tail),
    lose: () => loop.lose(),
    handOver: () => loop.handOver(),
  };
}

class Loop {
  readonly #lease: Lease;
  readonly #ctx: WorkerContext;
  readonly #wake = latch();
  readonly #over = new AbortController();
  readonly #ended = deferred();
  #writer: RunWriter | undefined;
  #tasks: Tasks | undefined;
  #lost = false;
  #handOver = false;

  constructor(lease: Lease, ctx: WorkerContext) {
    this.#lease = lease;
    this.#ctx = ctx;
  }

  /** Resolves when nothing more may be written. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async work(): Promise<void> {
    const { onError } = this.#ctx;
    try {
      const opened = await openRun(this.#lease, this.#ctx, () => this.#woken());
      if (opened === undefined) return;
      const { writer, earlier } = opened;
      const run = { lease: this.#lease, earlier };
      this.#writer = writer;
      const tasks = createTasks(writer, this.#ctx, run, () => this.#wake.notify());
      this.#tasks = tasks;
      if (this.#lost) writer.end("lost");
      void this.#hints(writer);
      while (await this.#turn(writer, tasks));
    } catch (error) {
      if (this.#writer?.ended !== "broken") onError(error);
      // Not a failure of the run but of this process (or of this package): let another one try.
      this.#writer?.end("broken");
    } finally {
      this.#over.abort();
      this.#tasks?.abort("the lease is over");
    }
  }

  noticeInbox(tail: number): void {
    this.#writer?.noticeInbox(tail);
  }

  lose(): void {
    this.#lost = true;
    this.#writer?.end("lost");
    this.#ended.resolve();
  }

  handOver(): void {
    this.#handOver = true;
    this.#wake.notify();
  }

  /** What runs is aborted the moment the lease is over, whatever the loop awaits just then. */
  #woken(): void {
    if (this.#writer?.ended !== undefined) {
      this.#tasks?.abort("the lease is over");
      this.#over.abort();
      this.#ended.resolve();
    }
    this.#wake.notify();
  }

  /** One round. False: the lease is over. */
  async #turn(writer: RunWriter, tasks: Tasks): Promise<boolean> {
    if (writer.ended !== undefined) return false;
    if (writer.done < writer.inbox) {
      await this.#drain(writer, tasks);
      return true;
    }
    if (this.#handOver) {
      tasks.abort("the run is handed over");
      return (await writer.conclude([], { release: 0 })) === "inbox";
    }
    const now = this.#ctx.now();
    const { state } = writer;
    const actions = next(state, this.#ctx.registry, now);
    tasks.keep(actions);
    const emit = actions.find((action) => action.type === "emit");
    if (emit !== undefined) {
      // Nobody answered in time? An answer may have come that no hint has told of yet.
      if (emit.event.type === "approval.resolved" && (await this.#hasCommands(writer))) return true;
      writer.push([emit.event]);
      return true;
    }
    const end = actions.find((action) => action.type === "finish");
    if (end !== undefined) return this.#finish(writer, tasks, end);
    tasks.begin(actions, now);
    const waits = actions.filter((action) => action.type === "wait");
    if (tasks.size === 0 && waits.length === actions.length) return this.#wait(writer, waits);
    await this.#sleepUntil(wakeAt(state, actions, now), now);
    return true;
  }

  async #drain(writer: RunWriter, tasks: Tasks): Promise<void> {
    const entries = await this.#inbox(writer.done);
    for (const entry of entries) {
      const event = await answer(writer.state, entry, this.#ctx.registry);
      try {
        writer.push([event], entry.n);
      } catch (error) {
        if (!RunwireError.is(error) || error.code !== "too-large") throw error;
        const { id, type: kind } = entry.command;
        const reason = "The command is too large.";
        writer.push([{ type: "command.rejected", command: id, kind, reason }], entry.n);
      }
      // From here on only the end may be written: nothing may begin while the other commands are read.
      if (event.type === "cancel.requested") tasks.abort("the run is cancelled");
    }
    if (entries.length > 0) return;
    // The tail said there are commands and the inbox has none: the run is gone, or the hint ran ahead.
    const now = this.#ctx.now();
    await this.#sleepUntil(now + emptyInboxMs, now);
  }

  async #hasCommands(writer: RunWriter): Promise<boolean> {
    const newest = (await this.#inbox(writer.inbox)).at(-1);
    if (newest !== undefined) writer.noticeInbox(newest.n);
    return newest !== undefined;
  }

  #inbox(after: number): Promise<readonly InboxEntry[]> {
    const { log, held, onError } = this.#ctx;
    return persist(
      () => log.inbox(this.#lease.run, after, inboxBatch),
      (error) => {
        onError(error);
        return held() && this.#writer?.ended === undefined;
      },
    );
  }

  async #finish(
    writer: RunWriter,
    tasks: Tasks,
    action: Extract<Action, { type: "finish" }>,
  ): Promise<boolean> {
    const finished = await finishScope(writer.state, action, this.#ctx.registry);
    if (finished.type === "event") {
      writer.push([finished.event]);
      return true;
    }
    tasks.abort("the run ends");
    if (!(await writer.flushed())) return false;
    const events = lastEvents(writer.state, finished.outcome, finished.answer);
    return (await writer.conclude(events, "close")) === "inbox";
  }

  async #wait(
    writer: RunWriter,
    waits: readonly Extract<Action, { type: "wait" }>[],
  ): Promise<boolean> {
    const times = waits.flatMap(({ until }) => (until === undefined ? [] : [until]));
    const release = times.length === 0 ? null : Math.min(...times);
    const event: NewEvent = { type: "run.waiting", for: waits.map(({ wait }) => wait) };
    return (await writer.conclude([event], { release })) === "inbox";
  }

  async #sleepUntil(at: number | undefined, now: number): Promise<void> {
    if (at === undefined) return this.#wake.wait();
    const ms = Math.min(Math.max(at - now, 0), 2_147_483_647);
    const timer = setTimeout(() => this.#wake.notify(), ms);
    await this.#wake.wait();
    clearTimeout(timer);
  }

  async #isGone(): Promise<boolean> {
    const { log } = this.#ctx;
    return log.find(this.#lease.run).then(
      (info) => info === undefined,
      () => false,
    );
  }

  /** Commands announce themselves; the tail in every append's answer and in renewals are the backstop. */
  async #hints(writer: RunWriter): Promise<void> {
    const { signal } = this.#over;
    const { log } = this.#ctx;
    while (!signal.aborted) {
      const hint = log.wait(`inbox:${this.#lease.run}`, signal);
      const entries = await log
        .inbox(this.#lease.run, writer.inbox, inboxBatch)
        .catch((): readonly InboxEntry[] => []);
      const newest = entries.at(-1);
      if (newest !== undefined) writer.noticeInbox(newest.n);
      // A deleted run tells nobody any more: the topic's last change is its end.
      else if (await this.#isGone()) writer.end("gone");
      await hint;
    }
  }
}

/** The next time at which `next` may answer otherwise although nothing happened. */
function wakeAt(state: RunState, actions: readonly Action[], now: number): number | undefined {
  const times = [timeLimitAt(state, now)];
  for (const action of actions) {
    if (action.type === "model" && action.at > now) times.push(action.at);
    if (action.type === "wait") times.push(action.until);
  }
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
