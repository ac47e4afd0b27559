import type { AgentDefinition } from "../definition.ts";
import { isEnded } from "../protocol/ended.ts";
import type { RunError } from "../protocol/errors.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { ToolPart } from "../protocol/message.ts";
import type { RunState, ScopeState } from "../protocol/state.ts";
import type { Action } from "./action.ts";
import { interrupted, lastCalls, scopeOf, settled } from "./calls.ts";
import { exceeded } from "./limits.ts";
import type { Registry } from "./registry.ts";
import { subAgentMessages } from "./sub-agent.ts";

/** Recoveries in a row without progress after which a run counts as one that kills its process. */
const maxRecoveries = 3;

/**
 * What a run asks for, decided from its folded state alone: a pure, level-triggered set over all scopes. Never empty
 * while the run is open, so a run cannot get stuck; the same after any cut. (ARCHITECTURE.md, "The loop")
 */
export function next(state: RunState, registry: Registry, now: number): readonly Action[] {
  if (isEnded(state)) return [];
  if (state.cancel !== undefined) return [finish(undefined, { type: "cancelled" })];
  if (state.recoveries > maxRecoveries) {
    const message = `The run was taken up ${state.recoveries} times without progress.`;
    return [fail(undefined, { code: "crash-loop", message })];
  }
  const timeUp = exceeded(state, now, ["time"]);
  if (timeUp !== undefined) return [fail(undefined, timeUp)];
  const actions = scopeActions({ state, registry, now }, undefined, state);
  const wantsModel = actions.some((action) => action.type === "model" && !isOpen(state, action));
  const spent = wantsModel ? exceeded(state, now, ["steps", "tokens", "cost"]) : undefined;
  return spent === undefined ? actions : [fail(undefined, spent)];
}

interface Context {
  readonly state: RunState;
  readonly registry: Registry;
  readonly now: number;
}

function isOpen(state: RunState, action: { readonly scope?: string }): boolean {
  const scope = action.scope === undefined ? state : state.scopes[action.scope];
  return scope?.step !== undefined;
}

function scopeActions(ctx: Context, id: string | undefined, scope: ScopeState): readonly Action[] {
  const model: Action = {
    type: "model",
    key: `model:${id ?? ""}:${scope.lastStep ?? 0}:${scope.failedModels?.length ?? 0}:${scope.attempts}`,
    ...(id !== undefined && { scope: id }),
    at: scope.retryAt ?? 0,
  };
  if (scope.step !== undefined) return [model];
  if (scope.finishReason === "error") {
    return [fail(id, scope.error ?? { code: "model-error", message: "The model call failed." })];
  }
  const calls = lastCalls(scope);
  const open = calls.filter((part) => !settled(part));
  if (open.length > 0) return callActions(ctx, id, scope, open);
  // Gone with a deploy. Its calls come first: a scope ends with nothing open.
  if (ctx.registry.agent(scope.agent) === undefined) {
    return [fail(id, { code: "internal", message: `There is no agent named "${scope.agent}".` })];
  }
  const answered = calls.some((part) => part.executor !== "provider");
  const heard = scope.messages.at(-1)?.role === "user";
  if (scope.finishReason === undefined || scope.finishReason === "paused" || answered || heard) {
    return [model];
  }
  return [finish(id, { type: "completed" })];
}

function callActions(
  ctx: Context,
  id: string | undefined,
  scope: ScopeState,
  open: readonly ToolPart[],
): readonly Action[] {
  const handoffs: { readonly part: ToolPart; readonly to: string }[] = [];
  const actions: Action[] = [];
  for (const part of open) {
    const sub = scopeOf(ctx.state, part.call);
    if (sub !== undefined) {
      actions.push(...scopeActions(ctx, part.call, sub));
      continue;
    }
    const callee = ctx.registry.callee(scope, part.name);
    if (callee?.type === "handoff") handoffs.push({ part, to: callee.to });
    else if (callee?.type === "agent") actions.push(startAgent(ctx, part, callee.agent));
    else if (callee?.type === "tool") actions.push(toolAction(ctx, id, part, callee.tool));
    else actions.push(toolAction(ctx, id, part, callee && unknownYet));
  }
  if (actions.length > 0) return actions;
  // A hand-off takes the scope away from the agent, so it comes after everything else the step asked for.
  const [first] = handoffs;
  return first === undefined ? [] : [handoff(id, scope, first.part, first.to)];
}

/** Whether a toolset's tool may run again, only the toolset knows: the task asks it. */
const unknownYet = { idempotent: true };

function handoff(id: string | undefined, scope: ScopeState, part: ToolPart, to: string): Action {
  if (scope.agent !== scope.stepAgent) {
    const message = `The conversation was already handed to ${scope.agent}.`;
    return failCall(id, part, { code: "tool-error", message });
  }
  return emit(`switch:${part.call}`, id, {
    type: "agent.switched",
    from: scope.agent,
    to,
    call: part.call,
  });
}

function startAgent(ctx: Context, part: ToolPart, agent: AgentDefinition): Action {
  const messages = subAgentMessages(agent, ctx.state.run, part);
  return emit(`agent:${part.call}`, part.call, {
    type: "agent.started",
    agent: agent.name,
    messages,
  });
}

function toolAction(
  ctx: Context,
  id: string | undefined,
  part: ToolPart,
  tool: { readonly idempotent: boolean } | undefined,
): Action {
  if (part.status === "approval" && part.approval !== undefined)
    return approval(ctx, id, part, part.approval);
  if (part.executor === "client") {
    if (part.needsApproval && part.approval === undefined) {
      return emit(`approval:${part.call}`, id, {
        type: "approval.requested",
        id: `a${ctx.state.seq + 1}`,
        call: part.call,
        name: part.name,
        input: part.input ?? null,
      });
    }
    return { type: "wait", key: `wait:${part.call}`, wait: { type: "result", call: part.call } };
  }
  if (tool === undefined) {
    const message = `There is no tool named "${part.name}".`;
    return failCall(id, part, { code: "unknown-tool", message });
  }
  if (part.status === "interrupted" && !tool.idempotent) {
    return failCall(id, part, interrupted);
  }
  return {
    type: "tool",
    key: `tool:${part.call}`,
    ...(id !== undefined && { scope: id }),
    call: part.call,
  };
}

function approval(
  ctx: Context,
  id: string | undefined,
  part: ToolPart,
  asked: NonNullable<ToolPart["approval"]>,
): Action {
  const { id: approvalId, expiresAt } = asked;
  if (expiresAt !== undefined && ctx.now >= expiresAt) {
    return emit(`expire:${approvalId}`, id, {
      type: "approval.resolved",
      id: approvalId,
      approved: false,
      expired: true,
      reason: "Nobody answered in time.",
    });
  }
  const until = expiresAt === undefined ? undefined : { expiresAt };
  return {
    type: "wait",
    key: `wait:${approvalId}`,
    wait: { type: "approval", id: approvalId, call: part.call, ...until },
    ...(expiresAt !== undefined && { until: expiresAt }),
  };
}

function emit(key: string, scope: string | undefined, event: NewEvent): Action {
  return {
    type: "emit",
    key: `emit:${key}`,
    event: scope === undefined ? event : { ...event, scope },
  };
}

function failCall(id: string | undefined, part: ToolPart, error: RunError): Action {
  return emit(`fail:${part.call}`, id, {
    type: "tool.failed",
    call: part.call,
    name: part.name,
    error,
  });
}

function finish(
  scope: string | undefined,
  outcome: Extract<Action, { type: "finish" }>["outcome"],
): Action {
  return {
    type: "finish",
    key: `finish:${scope ?? ""}`,
    ...(scope !== undefined && { scope }),
    outcome,
  };
}

function fail(scope: string | undefined, error: RunError): Action {
  return finish(scope, { type: "failed", error });
}
