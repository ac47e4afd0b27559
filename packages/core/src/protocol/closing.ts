import type { RunError } from "./errors.ts";
import type { NewEvent } from "./events.ts";
import type { ToolPart } from "./message.ts";
import { isSettled } from "./selectors.ts";
import type { RunState, ScopeState } from "./state.ts";
import { noUsage } from "./usage.ts";

/** Why a run ends before it is done. */
export type ClosingCause =
  | { readonly type: "cancelled" }
  | { readonly type: "failed"; readonly error: RunError };

/**
 * The events after which a terminal is legal (PROTOCOL.md §3 rule 4), so that whoever cancels or fails a run, its own
 * process or another one, can append closers and terminal in one batch. In every scope, sub-agents before their
 * parents: open parts are completed as they are, open calls fail, an open step ends as `cancelled` or `error`. A call
 * that a person was still to decide on fails like any other: that settles its approval too.
 *
 * What an open step has used nobody can know any more: it counts as nothing. Empty when nothing is open.
 */
export function closing(state: RunState, cause: ClosingCause): readonly NewEvent[] {
  const scopes = Object.keys(state.scopes).map((id) => ({ id, depth: depthOf(state, id) }));
  scopes.sort((a, b) => b.depth - a.depth);
  return [
    ...scopes.flatMap(({ id }) =>
      closeScope(state.scopes[id], cause).map((event) => ({ ...event, scope: id })),
    ),
    ...closeScope(state, cause),
  ];
}

/** Ids of sub-agents are the calls' own, so the order of keys says nothing: an id may look like an integer. */
function depthOf(state: RunState, id: string): number {
  const { parent } = state.scopes[id] ?? {};
  return parent === undefined ? 1 : 1 + depthOf(state, parent);
}

function closeScope(scope: ScopeState | undefined, cause: ClosingCause): NewEvent[] {
  if (scope === undefined) return [];
  const events: NewEvent[] = [];
  for (const part of scope.messages.flatMap(({ parts }) => parts)) {
    if (part.type === "tool") {
      if (!isSettled(part)) events.push(failCall(part, cause));
    } else if (part.type !== "data" && part.open && part.id !== undefined) {
      const type = part.type === "reasoning" ? "reasoning.completed" : "text.completed";
      events.push({ type, id: part.id });
    }
  }
  if (scope.step !== undefined) events.push(endStep(scope.step.step, cause));
  return events;
}

function failCall({ call, name, status }: ToolPart, cause: ClosingCause): NewEvent {
  const error: RunError =
    status === "interrupted"
      ? {
          code: "interrupted",
          message:
            "The process stopped while the tool ran. Its effect may or may not have happened.",
        }
      : {
          code: "cancelled",
          message:
            cause.type === "cancelled"
              ? "The run was cancelled before the call ended."
              : "The run failed before the call ended.",
        };
  return { type: "tool.failed", call, name, error };
}

function endStep(step: number, cause: ClosingCause): NewEvent {
  return cause.type === "cancelled"
    ? { type: "step.completed", step, finishReason: "cancelled", usage: noUsage }
    : { type: "step.completed", step, finishReason: "error", usage: noUsage, error: cause.error };
}
