import { maxEventBytes } from "../log/event-log.ts";
import { closing } from "../protocol/closing.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { RunState } from "../protocol/state.ts";
import type { Action, Outcome } from "./action.ts";
import { scopeOf } from "./calls.ts";
import { eventBytes } from "./event-bytes.ts";
import { type Answer, answerOf, subResult, terminal } from "./outcome.ts";
import type { Registry } from "./registry.ts";

/** What comes of a finish: one more event, or, for the root, the end. */
export type Finished =
  | { readonly type: "event"; readonly event: NewEvent }
  | { readonly type: "end"; readonly outcome: Outcome; readonly answer?: Answer };

/** Judges the answer of a scope that has nothing left to do. */
export async function finishScope(
  state: RunState,
  { scope: id, outcome }: Extract<Action, { type: "finish" }>,
  registry: Registry,
): Promise<Finished> {
  const scope = scopeOf(state, id) ?? state;
  const answer =
    outcome.type === "completed" ? await answerOf(scope, registry.agent(scope.agent)) : undefined;
  if (answer?.type === "rejected") {
    const where = id === undefined ? undefined : { scope: id };
    const attempt = scope.repairs + 1;
    return {
      type: "event",
      event: { type: "output.rejected", ...where, error: answer.error, attempt },
    };
  }
  const judged: Outcome =
    answer?.type === "failed" ? { type: "failed", error: answer.error } : outcome;
  if (id !== undefined) {
    return { type: "event", event: fitting(subResult(state, id, judged, answer)) };
  }
  return { type: "end", outcome: judged, ...(answer !== undefined && { answer }) };
}

/** Closers and terminal: the last batch of a run. */
export function lastEvents(
  state: RunState,
  outcome: Outcome,
  answer: Answer | undefined,
): readonly NewEvent[] {
  const last = fitting(terminal(state, outcome, answer));
  const cause =
    outcome.type === "failed"
      ? { type: "failed" as const, error: outcome.error }
      : { type: "cancelled" as const };
  return [...closing(state, cause), last];
}

/** An answer may be larger than an event: then its call or its run has failed. */
function fitting(event: NewEvent): NewEvent {
  if (eventBytes(event) <= maxEventBytes) return event;
  const error = {
    code: "too-large",
    message: `The answer is over the limit of ${maxEventBytes} bytes of one event.`,
  };
  if (event.type === "tool.completed") {
    const { scope, call, name } = event;
    return { type: "tool.failed", ...(scope !== undefined && { scope }), call, name, error };
  }
  return event.type === "run.completed" ? { type: "run.failed", error, usage: event.usage } : event;
}
