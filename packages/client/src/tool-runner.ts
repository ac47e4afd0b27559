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
  /** Told of every frame of the run, after it was folded. */
  notice(frame: RunEvent | SnapshotFrame): void;
  /** Nobody watches any more: fires the handlers' signals. */
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
 *
 * A call begins when the runtime is certain not to ask for an approval first: when the run waits for its result, when a
 * call of the same step has begun (approvals are asked for before any call begins), or when it was approved.
 */
export function createToolRunner(options: ToolRunnerOptions): ToolRunner {
  const { run, commands } = options;
  const running = new Map<string, AbortController>();

  function begin({ call, name, input = null }: ToolPart): void {
    const handlers = (options.tools() ?? {}) as Handlers;
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (handler === undefined || running.has(call)) return;
    const abort = new AbortController();
    running.set(call, abort);
    const { signal } = abort;
    const send = (result: Result) => commands.result(run.id, call, result, signal);
    void perform(() => handler(input, { call, run: run as unknown as Run, signal }))
      // What cannot be sent, or is refused, must not leave the run waiting: the model hears of it.
      .then((result) => send(result).catch((error) => send(failure(error))))
      .catch((error: unknown) => {
        // The run has its answer, or wants none any more.
        if (signal.aborted || (ClientError.is(error) && tooLate.has(error.code))) return;
        queueMicrotask(() => {
          throw error;
        });
      });
  }

  function look(): void {
    const state = options.state();
    if (state === undefined) return;
    const pending = pendingCalls(state);
    for (const [call, abort] of running) {
      if (!pending.some(({ part }) => part.call === call)) abort.abort();
    }
    for (const { part, scope } of pending) {
      if (isReady(state, part, scope)) begin(part);
    }
  }

  return {
    notice(frame) {
      switch (frame.type) {
        case "snapshot":
        case "run.waiting":
        case "tool.started":
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
  }
}

const tooLate: ReadonlySet<string> = new Set(["closed", "not-found", "gone"]);

async function perform(handle: () => unknown): Promise<Result> {
  try {
    return { output: ((await handle()) ?? null) as Json };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): Result {
  const message = error instanceof Error ? error.message : String(error);
  return { error: { code: "tool-error", message } };
}

function isReady(state: RunState, part: ToolPart, scope: string | undefined): boolean {
  if (part.approval?.approved === true) return true;
  if (state.waiting.some((wait) => wait.type === "result" && wait.call === part.call)) return true;
  const { messages } = (scope === undefined ? state : state.scopes[scope]) ?? state;
  return messages.some(({ parts }) =>
    parts.some((other) => {
      return other.type === "tool" && other.step === part.step && other.attempt !== undefined;
    }),
  );
}
