import type { ClientTools, Run } from "@runwire/core";
import {
  type Json,
  pendingCalls,
  type RunEvent,
  type RunState,
  type SnapshotFrame,
  type ToolPart,
} from "@runwire/core/protocol";
import { ClientError } from "./client-error.ts";
import type { Commands, Result } from "./commands.ts";

type Handler = (
  input: Json,
  ctx: { readonly call: string; readonly run: Run; readonly signal: AbortSignal },
) => unknown;
type Handlers = { readonly [name: string]: Handler | undefined };

export interface ToolRunner {
  /** Told of every frame of the run, once it is folded. */
  notice(frame: RunEvent | SnapshotFrame): void;
  /** Nobody watches any more: fires the handlers' signals. The next frame may begin the calls again. */
  stop(): void;
}

export interface ToolRunnerOptions {
  /** Asked when a call is there: the handlers of the moment. */
  readonly tools: () => ClientTools | undefined;
  readonly run: Run;
  readonly state: () => RunState | undefined;
  readonly commands: Commands;
}

/**
 * Runs the calls that the run leaves to its viewers, each once here, and sends what comes of them. Of several viewers
 * the first answer counts; the others' handlers are aborted, and their answers refused without harm.
 * A call begins when its step is committed, or when a person has approved it where it needs that.
 */
export function createToolRunner(options: ToolRunnerOptions): ToolRunner {
  const { run, commands } = options;
  const running = new Map<string, AbortController>();
  /** Calls whose result was sent: the log may tell of it only after somebody left and came back. */
  const answered = new Set<string>();

  function begin({ call, name, input = null }: ToolPart): void {
    const handlers = (options.tools() ?? {}) as Handlers;
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (handler === undefined || running.has(call) || answered.has(call)) return;
    const abort = new AbortController();
    running.set(call, abort);
    void settle(call, abort.signal, (ctx) => handler(input, { ...ctx, run }));
  }

  /** Sends what comes of the handler. Never rejects. */
  async function settle(
    call: string,
    signal: AbortSignal,
    handle: (ctx: { call: string; signal: AbortSignal }) => unknown,
  ): Promise<void> {
    const send = async (result: Result) => {
      if (signal.aborted) return;
      await commands.result(run.id, call, result, signal);
      answered.add(call);
    };
    try {
      // The run must not wait for ever: of what throws, is refused or cannot be sent the model hears as a failure.
      await Promise.resolve({ call, signal })
        .then(handle)
        .then((output) => send({ output: (output ?? null) as Json }))
        .catch((error: unknown) => (isLate(error, signal) ? undefined : send(failure(error))));
    } catch (error) {
      if (isLate(error, signal)) return;
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  function look(): void {
    const state = options.tools() && options.state();
    if (state === undefined) return;
    const pending = pendingCalls(state);
    for (const [call, abort] of running) {
      if (!pending.some(({ part }) => part.call === call)) abort.abort();
    }
    for (const { part } of pending) begin(part);
  }

  return {
    notice(frame) {
      switch (frame.type) {
        case "snapshot":
        case "step.completed":
        case "approval.resolved":
          look();
          return;
        case "tool.completed":
        case "tool.failed":
          running.get(frame.call)?.abort();
          return;
        case "run.completed":
        case "run.failed":
        case "run.cancelled":
          stop();
      }
    },
    stop,
  };

  function stop(): void {
    for (const abort of running.values()) abort.abort();
    running.clear();
  }
}

/** The run has its answer, or wants none any more. */
function isLate(error: unknown, signal: AbortSignal): boolean {
  const late = ["closed", "not-found", "gone"];
  return signal.aborted || (ClientError.is(error) && late.includes(error.code));
}

function failure(error: unknown): Result {
  const message = error instanceof Error ? error.message : String(error);
  return { error: { code: "tool-error", message } };
}
