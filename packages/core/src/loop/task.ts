import type { NewEvent } from "../protocol/events.ts";
import type { RunState } from "../protocol/state.ts";
import type { RunWriter } from "./writer.ts";

/**
 * One action under way. What it pushes after it was aborted is dropped, so a model or tool that ignores its signal
 * cannot write into a run that went on without it.
 */
export interface Task {
  readonly key: string;
  readonly scope: string | undefined;
  readonly signal: AbortSignal;
  /** Newest seq of the log, pushed events included: the next event pushed gets the one after. */
  readonly seq: number;
  readonly state: RunState;
  /** Appends, with the task's scope. Throws `too-large`. */
  push(events: readonly NewEvent[]): void;
  /** Await it when it is there: the log is behind. */
  pause(): Promise<void> | undefined;
  /** True when all that was pushed is acknowledged, the lease still holds and the task is still wanted: right now. */
  acknowledged(): Promise<boolean>;
}

export function createTask(options: {
  readonly key: string;
  readonly scope: string | undefined;
  readonly writer: RunWriter;
  readonly held: () => boolean;
}): { readonly task: Task; abort(reason?: unknown): void } {
  const { key, scope, writer, held } = options;
  const controller = new AbortController();
  const { signal } = controller;
  const task: Task = {
    key,
    scope,
    signal,
    get seq() {
      return writer.seq;
    },
    get state() {
      return writer.state;
    },
    push(events) {
      if (signal.aborted) return;
      writer.push(scope === undefined ? events : events.map((event) => ({ ...event, scope })));
    },
    pause() {
      return writer.full && !signal.aborted ? writer.drained() : undefined;
    },
    async acknowledged() {
      const written = await writer.flushed();
      // This process stood still for so long that another one may own the run. Whoever does decides about the call.
      if (!held()) writer.end("lost");
      return written && writer.ended === undefined && !signal.aborted;
    },
  };
  return { task, abort: (reason) => controller.abort(reason) };
}
