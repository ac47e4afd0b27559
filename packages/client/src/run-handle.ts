import type { Output, Run, TypedEvent } from "@runwire/core";
import { type Json, lastText, RunFailedError, type RunState } from "@runwire/core/protocol";
import type { Commands, Verdict } from "./commands.ts";
import { type IterateOptions, iterateBatches, iterateEvents } from "./iterate.ts";

export interface RunHandleOptions extends IterateOptions {
  readonly thread: string | undefined;
  readonly commands: Commands;
  readonly state: () => RunState | undefined;
  /** Resolves once the server knows the run. */
  readonly known: () => Promise<void>;
  /** Resolves with the state at the run's end. */
  readonly ended: () => Promise<RunState>;
}

/** What users hold of a run, over whoever follows it. */
export function createRunHandle(options: RunHandleOptions): Run {
  const { run: id, commands, state, known } = options;
  let result: Promise<Output> | undefined;
  const decide = (approval: string, verdict: Verdict) =>
    known().then(() => commands.approval(id, approval, verdict));
  return {
    id,
    get thread() {
      return options.thread ?? state()?.thread;
    },
    get state() {
      return state();
    },
    get result() {
      result ??= options.ended().then(outputOf);
      return result;
    },
    batches: () => iterateBatches(options) as AsyncIterable<readonly TypedEvent[]>,
    [Symbol.asyncIterator]: () => iterateEvents(options) as AsyncIterator<TypedEvent>,
    send: (input) => known().then(() => commands.message(id, input)),
    approve: (approval, more) => decide(approval, { approved: true, ...more } as Verdict),
    deny: (approval, more) => decide(approval, { approved: false, ...more }),
    complete: (call, output) =>
      known().then(() => commands.result(id, call, { output: output as Json })),
    cancel: (why) => known().then(() => commands.cancel(id, why)),
  };
}

/** What a run that completed came to. */
function outputOf(state: RunState): Output {
  if (state.status !== "completed") throw new RunFailedError(state);
  return state.output ?? lastText(state.messages);
}
