import { segmentEvents } from "../log/segment.ts";
import type { Command } from "../protocol/command.ts";
import { dispatch } from "../protocol/dispatch.ts";
import { createDraft } from "../protocol/draft.ts";
import { isEnded } from "../protocol/ended.ts";
import type { RunEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import { RunFailedError } from "../protocol/run-failed-error.ts";
import { lastText } from "../protocol/selectors.ts";
import type { RunState } from "../protocol/state.ts";
import type { RuntimeCore, StartResult } from "../runtime-contract.ts";
import { RunwireError } from "../runwire-error.ts";
import type { Run, StartedRun, WatchOptions } from "../types/run.ts";
import { clientTools } from "./client-tools.ts";
import { startError } from "./start-error.ts";
import { contentOf } from "./start-run.ts";

export interface HandleOptions extends WatchOptions {
  readonly run: string;
  readonly thread?: string;
  /** The start under way; absent when the run is only followed. */
  readonly started?: Promise<StartResult>;
}

/** A {@link Run} in the process that holds the log: it follows from the first event, and commands go to the inbox. */
export function runHandle(
  core: RuntimeCore,
  options: HandleOptions & { readonly thread: string },
): StartedRun;
export function runHandle(core: RuntimeCore, options: HandleOptions): Run;
export function runHandle(core: RuntimeCore, options: HandleOptions): Run {
  const { run: id, on = {}, signal } = options;
  let draft = createDraft();
  const over = new AbortController();
  const watching = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  let result: Promise<Json> | undefined;

  const ready = async (): Promise<void> => {
    const started = await options.started;
    if (started !== undefined && started.status !== "ok") throw startError(started, id);
  };

  /** From the run's first event on. A snapshot comes when the log was rewritten in the midst of it. */
  async function* items(): AsyncGenerator<readonly RunEvent[] | RunState, void> {
    await ready();
    for await (const item of core.tail(id, { signal: watching })) {
      if (item.type === "gone") throw notFound(id);
      yield item.type === "events" ? segmentEvents(item.segment) : item.state;
    }
  }

  async function* batches(): AsyncGenerator<readonly RunEvent[], void> {
    let seq = 0;
    for await (const item of items()) {
      if ("status" in item) throw rewritten(id, seq);
      seq = item.at(-1)?.seq ?? seq;
      yield item;
    }
  }

  const command = async (body: CommandBody): Promise<void> => {
    await ready();
    const { status } = await core.send(id, { ...body, id: crypto.randomUUID() } as Command);
    if (status === "gone") throw notFound(id);
    if (status === "closed") {
      throw new RunwireError("closed", {
        message: `Run ${id} has ended: it takes no more commands.`,
      });
    }
    if (status === "too-large") {
      throw new RunwireError("too-large", {
        message:
          "The command is more than one event may hold. Store large values elsewhere and send a URL.",
      });
    }
    if (status === "full") {
      throw new RunwireError("full", {
        message: `Run ${id} has too many commands that were not read yet. Send again later.`,
      });
    }
  };

  const run: Run = {
    id,
    get thread() {
      return options.thread ?? draft.snapshot()?.thread;
    },
    get state() {
      return draft.snapshot();
    },
    get result() {
      result ??= end.then((ended) => {
        if ("error" in ended) throw ended.error;
        return ended.output;
      });
      return result;
    },
    batches: () => batches(),
    async *[Symbol.asyncIterator]() {
      // A loop, since `yield*` of an array awaits each element twice.
      for await (const events of batches()) for (const event of events) yield event;
    },
    send: (content) =>
      command({
        type: "message",
        message: { id: `msg_${crypto.randomUUID()}`, role: "user", parts: contentOf(content) },
      }),
    approve: (approval, { reason, input } = {}) =>
      command({
        type: "approval",
        approval,
        approved: true,
        ...(reason !== undefined && { reason }),
        ...(input !== undefined && { input }),
      }),
    deny: (approval, { reason } = {}) =>
      command({
        type: "approval",
        approval,
        approved: false,
        ...(reason !== undefined && { reason }),
      }),
    complete: (call, output) => command({ type: "result", call, output }),
    cancel: ({ reason } = {}) =>
      command({ type: "cancel", ...(reason !== undefined && { reason }) }),
  };

  const tools = clientTools(options.tools, run, (call, outcome) =>
    command({ type: "result", call, ...outcome }),
  );

  /** Never rejects: who only iterates must meet no unhandled rejection. */
  const pump = async (): Promise<Ended> => {
    try {
      for await (const item of items()) {
        if ("status" in item) {
          draft = createDraft<RunState | undefined>(item);
          tools.notice(item);
          continue;
        }
        for (const event of item) {
          draft.apply(event);
          dispatch(on, event, run);
          tools.event(event, () => draft.snapshot());
        }
      }
      const state = draft.snapshot();
      if (state !== undefined && isEnded(state)) return outcome(state);
      if (signal?.aborted) return { error: signal.reason };
      const message = `The runtime was closed before run ${id} ended. It goes on where it is taken up: follow it there.`;
      return { error: new RunwireError("shut-down", { message }) };
    } catch (error) {
      return { error };
    } finally {
      tools.close();
    }
  };
  const end = pump();
  return run;
}

type Ended = { readonly output: Json } | { readonly error: unknown };
type WithoutId<C> = C extends Command ? Omit<C, "id"> : never;
type CommandBody = WithoutId<Command>;

function outcome(state: RunState): Ended {
  if (state.status !== "completed") return { error: new RunFailedError(state) };
  return { output: state.output ?? lastText(state.messages) };
}

function rewritten(run: string, seq: number): RunwireError {
  return new RunwireError("not-found", {
    message: `The events of ${run} after ${seq} are gone from its log. Iterate again, or look at its state.`,
  });
}

function notFound(run: string): RunwireError {
  return new RunwireError("not-found", {
    message: `There is no run ${run}: it was deleted, or never was.`,
  });
}
