import type { Lease } from "../log/event-log.ts";
import { closing } from "../protocol/closing.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { RunState } from "../protocol/state.ts";
import { RunwireError } from "../runwire-error.ts";
import { latch } from "../signal.ts";
import type { Action, Outcome } from "./action.ts";
import { answer } from "./answer.ts";
import { scopeOf } from "./calls.ts";
import { timeLimitAt } from "./limits.ts";
import { next } from "./next.ts";
import { openRun, type WorkerContext } from "./open-run.ts";
import { answerOf, subResult, terminal } from "./outcome.ts";
import { perform } from "./perform.ts";
import { createTask } from "./task.ts";
import type { RunWriter } from "./writer.ts";

/** Commands taken from the inbox at once. */
const inboxBatch = 100;

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
  const wake = latch();
  const loop = new Loop(lease, ctx, wake);
  return {
    run: lease.run,
    epoch: lease.epoch,
    done: loop.work(),
    noticeInbox: (tail) => loop.noticeInbox(tail),
    lose: () => loop.lose(),
    handOver: () => loop.handOver(),
  };
}

class Loop {
  readonly #lease: Lease;
  readonly #ctx: WorkerContext;
  readonly #wake: ReturnType<typeof latch>;
  readonly #tasks = new Map<
    string,
    { readonly tool: boolean; readonly scope: string | undefined; abort(reason?: unknown): void }
  >();
  readonly #over = new AbortController();
  #writer: RunWriter | undefined;
  #handOver = false;

  constructor(lease: Lease, ctx: WorkerContext, wake: ReturnType<typeof latch>) {
    this.#lease = lease;
    this.#ctx = ctx;
    this.#wake = wake;
  }

  async work(): Promise<void> {
    try {
      const opened = await openRun(this.#lease, this.#ctx, () => this.#wake.notify());
      if (opened === undefined) return;
      this.#writer = opened.writer;
      void this.#hints();
      for (;;) {
        const again = await this.#turn(opened.writer, opened.earlier);
        if (!again) return;
      }
    } catch (error) {
      this.#ctx.onError(error);
      // Not a failure of the run but of this process (or of this package): let another one try.
      this.#writer?.end("broken");
    } finally {
      this.#over.abort();
      this.#abortAll("the lease is over");
    }
  }

  noticeInbox(tail: number): void {
    this.#writer?.noticeInbox(tail);
  }

  lose(): void {
    this.#writer?.end("lost");
    this.#wake.notify();
  }

  handOver(): void {
    this.#handOver = true;
    this.#wake.notify();
  }

  /** One round. False: the lease is over. */
  async #turn(writer: RunWriter, earlier: WorkerEarlier): Promise<boolean> {
    if (writer.ended !== undefined) return false;
    if (writer.done < writer.inbox) {
      await this.#drain(writer);
      return true;
    }
    if (this.#handOver) {
      this.#abortAll("the run is handed over");
      const result = await writer.conclude([], { release: 0 });
      return result === "inbox";
    }
    const now = this.#ctx.now();
    const { state } = writer;
    const actions = next(state, this.#ctx.registry, now);
    this.#abortOthers(actions);
    const emit = actions.find((action) => action.type === "emit");
    if (emit !== undefined) {
      writer.push([emit.event]);
      return true;
    }
    const end = actions.find((action) => action.type === "finish");
    if (end !== undefined) return this.#finish(writer, end, state);
    this.#perform(actions, earlier, now);
    if (this.#tasks.size === 0 && actions.every((action) => action.type === "wait")) {
      return this.#wait(writer, actions);
    }
    await this.#sleepUntil(wakeAt(state, actions, now), now);
    return true;
  }

  async #drain(writer: RunWriter): Promise<void> {
    const { log, registry } = this.#ctx;
    const entries = await log.inbox(this.#lease.run, writer.done, inboxBatch);
    for (const entry of entries) {
      const event = await answer(writer.state, entry, registry);
      try {
        writer.push([event], entry.n);
      } catch (error) {
        if (!RunwireError.is(error) || error.code !== "too-large") throw error;
        const { command } = entry;
        const reason = "The command is too large.";
        writer.push(
          [{ type: "command.rejected", command: command.id, kind: command.type, reason }],
          entry.n,
        );
      }
    }
    if (entries.length === 0) {
      // The tail said there are commands and the inbox has none: the run is gone, or the hint ran ahead. Ask again soon.
      await this.#sleepUntil(this.#ctx.now() + 50, this.#ctx.now());
    }
  }

  async #finish(
    writer: RunWriter,
    action: Extract<Action, { type: "finish" }>,
    state: RunState,
  ): Promise<boolean> {
    const { registry } = this.#ctx;
    const scope = scopeOf(state, action.scope) ?? state;
    let { outcome }: { outcome: Outcome } = action;
    const answered =
      outcome.type === "completed" ? await answerOf(scope, registry.agent(scope.agent)) : undefined;
    if (answered?.type === "rejected") {
      writer.push([
        {
          type: "output.rejected",
          ...(action.scope !== undefined && { scope: action.scope }),
          error: answered.error,
          attempt: scope.repairs + 1,
        },
      ]);
      return true;
    }
    if (answered?.type === "failed") outcome = { type: "failed", error: answered.error };
    if (action.scope !== undefined) {
      const event = subResult(writer.state, action.scope, outcome, answered);
      if (event !== undefined) pushResult(writer, event);
      return true;
    }
    this.#abortAll("the run ends");
    if (!(await writer.flushed())) return false;
    const cause =
      outcome.type === "failed"
        ? { type: "failed" as const, error: outcome.error }
        : { type: "cancelled" as const };
    const closers = closing(writer.state, cause);
    const last = terminal(writer.state, outcome, answered);
    return (await writer.conclude([...closers, last], "close")) === "inbox";
  }

  #perform(actions: readonly Action[], earlier: WorkerEarlier, now: number): void {
    const writer = this.#writer as RunWriter;
    for (const action of actions) {
      if (action.type !== "model" && action.type !== "tool") continue;
      if (this.#tasks.has(action.key)) continue;
      if (action.type === "model" && action.at > now) continue;
      const tool = action.type === "tool";
      if (tool && this.#toolsIn(action.scope) >= this.#concurrency(writer.state, action.scope))
        continue;
      const { task, abort } = createTask({
        key: action.key,
        scope: action.scope,
        writer,
        held: this.#ctx.held,
      });
      const entry = { tool, scope: action.scope, abort };
      this.#tasks.set(action.key, entry);
      perform(task, action, this.#ctx, { lease: this.#lease, earlier })
        .catch((error: unknown) => {
          this.#ctx.onError(error);
          writer.end("broken");
        })
        .finally(() => {
          if (this.#tasks.get(action.key) === entry) this.#tasks.delete(action.key);
          this.#wake.notify();
        });
    }
  }

  async #wait(writer: RunWriter, actions: readonly Action[]): Promise<boolean> {
    const waits = actions.flatMap((action) => (action.type === "wait" ? [action] : []));
    const times = waits.flatMap(({ until }) => (until === undefined ? [] : [until]));
    const release = times.length === 0 ? null : Math.min(...times);
    const event: NewEvent = { type: "run.waiting", for: waits.map(({ wait }) => wait) };
    return (await writer.conclude([event], { release })) === "inbox";
  }

  #toolsIn(scope: string | undefined): number {
    let running = 0;
    for (const task of this.#tasks.values()) if (task.tool && task.scope === scope) running++;
    return running;
  }

  #concurrency(state: RunState, scope: string | undefined): number {
    const at = scopeOf(state, scope);
    return this.#ctx.registry.agent(at?.stepAgent ?? "")?.concurrency ?? Number.POSITIVE_INFINITY;
  }

  #abortOthers(actions: readonly Action[]): void {
    const wanted = new Set(actions.map((action) => action.key));
    for (const [key, task] of this.#tasks) {
      if (wanted.has(key)) continue;
      this.#tasks.delete(key);
      task.abort(new DOMException("The run no longer asks for this.", "AbortError"));
    }
  }

  #abortAll(why: string): void {
    for (const task of this.#tasks.values()) task.abort(new DOMException(why, "AbortError"));
    this.#tasks.clear();
  }

  async #sleepUntil(at: number | undefined, now: number): Promise<void> {
    if (at === undefined) return this.#wake.wait();
    const timer = setTimeout(
      () => this.#wake.notify(),
      Math.min(Math.max(at - now, 0), 2_147_483_647),
    );
    await this.#wake.wait();
    clearTimeout(timer);
  }

  /** Commands announce themselves; the tail in every append's answer and in renewals are the backstop. */
  async #hints(): Promise<void> {
    const { signal } = this.#over;
    const { log } = this.#ctx;
    while (!signal.aborted) {
      const hint = log.wait(`inbox:${this.#lease.run}`, signal);
      const entries = await log
        .inbox(this.#lease.run, this.#writer?.inbox ?? 0, inboxBatch)
        .catch(() => []);
      const newest = entries.at(-1);
      if (newest !== undefined) this.#writer?.noticeInbox(newest.n);
      await hint;
    }
  }
}

type WorkerEarlier = Parameters<typeof perform>[3]["earlier"];

/** A sub-agent's result that does not fit an event fails its call instead. */
function pushResult(writer: RunWriter, event: NewEvent): void {
  try {
    writer.push([event]);
  } catch (error) {
    if (!RunwireError.is(error) || error.code !== "too-large" || event.type !== "tool.completed")
      throw error;
    const { call, name, scope } = event;
    const failure: NewEvent = {
      type: "tool.failed",
      ...(scope !== undefined && { scope }),
      call,
      name,
      error: { code: "too-large", message: error.message },
    };
    writer.push([failure]);
  }
}

/** The next time at which `next` may answer otherwise although nothing happened. */
function wakeAt(state: RunState, actions: readonly Action[], now: number): number | undefined {
  const times = [timeLimitAt(state)];
  for (const action of actions) {
    if (action.type === "model" && action.at > now) times.push(action.at);
    if (action.type === "wait") times.push(action.until);
  }
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
