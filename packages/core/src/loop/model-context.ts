import type { ModelContext } from "../model-choice.ts";
import type { History, RunState } from "../protocol/state.ts";
import { scopeOf } from "./calls.ts";
import { messagesFor } from "./request.ts";

/** What a scope's agent may choose its model by, from the state alone. */
export function modelContext(
  state: RunState,
  scope: string | undefined,
  run: { readonly principal: string | undefined; readonly earlier: History },
): ModelContext {
  const { principal, earlier } = run;
  const { metadata } = state;
  return {
    run: state.run,
    thread: state.thread,
    agent: (scopeOf(state, scope) ?? state).agent,
    messages: messagesFor(state, scope, earlier),
    steps: state.steps,
    usage: state.usage,
    state: state.state,
    ...(principal !== undefined && { principal }),
    ...(metadata !== undefined && { metadata }),
  };
}
