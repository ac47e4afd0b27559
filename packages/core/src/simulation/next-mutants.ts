import type { Action } from "../loop/action.ts";
import type { next } from "../loop/next.ts";
import type { Registry } from "../loop/registry.ts";
import type { ToolPart } from "../protocol/message.ts";
import type { RunState, ScopeState } from "../protocol/state.ts";

/** Decides like the given `next`, but for one rule. */
export type NextMutant = (
  right: typeof next,
  state: RunState,
  registry: Registry,
  now: number,
) => readonly Action[];

/** Tools start as soon as they are called: the step may still be reverted, and its calls with it. */
export const earlyTools: NextMutant = (right, state, registry, now) => {
  const actions = right(state, registry, now);
  if (actions.some(({ type }) => type === "finish")) return actions;
  const early = scopesOf(state).flatMap(([id, scope]) =>
    scope.step === undefined
      ? []
      : calledIn(scope, scope.step.step)
          .filter(({ name }) => registry.callee(scope, name)?.type === "tool")
          .map((part) => begin(part, id)),
  );
  return [...actions, ...early];
};

/** A call that was cut is begun again, whatever its tool says. */
export const repeats: NextMutant = (right, state, registry, now) =>
  right(state, registry, now).map((action) =>
    action.type === "emit" &&
    action.event.type === "tool.failed" &&
    action.event.error.code === "interrupted"
      ? { ...begin(action.event, action.event.scope), key: `tool:${action.event.call}` }
      : action,
  );

/** An approved call runs only in the process that saw the approval come: two events that must come as a pair. */
export function pairs(): NextMutant {
  const missed = new Map<string, ReadonlySet<string>>();
  return (right, state, registry, now) => {
    const lease = `${state.run} ${state.epoch}`;
    const known = missed.get(lease) ?? new Set(approvedIn(state));
    missed.set(lease, known);
    return right(state, registry, now).filter(
      (action) => action.type !== "tool" || !known.has(action.call),
    );
  };
}

function begin({ call }: { readonly call: string }, scope: string | undefined): Action {
  return { type: "tool", key: `tool:${call}`, ...(scope !== undefined && { scope }), call };
}

function scopesOf(state: RunState): readonly (readonly [string | undefined, ScopeState])[] {
  return [[undefined, state], ...Object.entries(state.scopes)];
}

function toolsIn(scope: ScopeState): readonly ToolPart[] {
  return scope.messages.flatMap(({ parts }) => parts.filter((part) => part.type === "tool"));
}

function calledIn(scope: ScopeState, step: number): readonly ToolPart[] {
  return toolsIn(scope).filter(
    (part) =>
      part.step === step &&
      part.executor === undefined &&
      (part.status === "called" || part.status === "running"),
  );
}

function approvedIn(state: RunState): readonly string[] {
  return scopesOf(state).flatMap(([, scope]) =>
    toolsIn(scope)
      .filter(({ status, approval }) => status === "called" && approval?.approved === true)
      .map(({ call }) => call),
  );
}
