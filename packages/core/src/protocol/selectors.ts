import type { Approval, Message, Part, TextPart, ToolPart } from "./message.ts";
import type { RunState, ScopeState } from "./state.ts";
import { addUsage, noUsage, type Usage } from "./usage.ts";

/** A call with the scope it was made in; no scope: the root. */
export interface ScopedCall<T extends ToolPart = ToolPart> {
  readonly scope?: string;
  readonly part: T;
}

/** A call that a person is asked about. */
export type AskedPart = ToolPart & { readonly approval: Approval };

/** The approvals that nobody has answered, in all scopes, the root's first. */
export function pendingApprovals(state: RunState): readonly ScopedCall<AskedPart>[] {
  return collect(state, isAsked);
}

/**
 * The calls that wait for a viewer to run them and send the result, in all scopes, the root's first. Not those of an open
 * step: it may still be reverted, and what the viewer did could not.
 */
export function pendingCalls(state: RunState): readonly ScopedCall[] {
  return collect(
    state,
    (part, { step }): part is ToolPart =>
      part.type === "tool" &&
      part.executor === "client" &&
      part.status === "called" &&
      (part.needsApproval === undefined || part.approval?.approved === true) &&
      part.step !== step?.step,
  );
}

/** What runs have used together, in all and by model: those of a thread's branch, or of all its branches. */
export function usageOf(runs: readonly Pick<RunState, "usage" | "usageByModel">[]): {
  readonly total: Usage;
  readonly byModel: ReadonlyMap<string, Usage>;
} {
  let total = noUsage;
  const byModel = new Map<string, Usage>();
  for (const run of runs) {
    total = addUsage(total, run.usage);
    for (const [model, usage] of Object.entries(run.usageByModel ?? {})) {
      byModel.set(model, addUsage(usage, byModel.get(model)));
    }
  }
  return { total, byModel };
}

/** Whether the call has its result: nothing more will happen to it. */
export function isSettled(part: ToolPart): boolean {
  return part.status === "completed" || part.status === "failed" || part.status === "denied";
}

/**
 * What was said last: the text of the newest step that has any, its parts joined; "" when there is none. A message may
 * hold many steps, with tool calls between them: what an earlier one said is no part of the answer.
 */
export function lastText(messages: readonly Message[]): string {
  const isSaid = (part: Part): part is TextPart => part.type === "text" && part.text !== "";
  const message = messages.findLast(
    ({ role, parts }) => role === "assistant" && parts.some(isSaid),
  );
  const texts = message?.parts.filter(isSaid) ?? [];
  return textOf(texts.filter(({ step }) => step === texts.at(-1)?.step));
}

/** The text parts, joined. */
export function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** Whether a person is asked about the call, and has not answered. */
export function isAsked(part: Part): part is AskedPart {
  return part.type === "tool" && part.status === "approval" && part.approval !== undefined;
}

function collect<T extends ToolPart>(
  state: RunState,
  fits: (part: Part, scope: ScopeState) => part is T,
): readonly ScopedCall<T>[] {
  const scopes: readonly [string | undefined, ScopeState][] = [
    [undefined, state],
    ...Object.entries(state.scopes),
  ];
  return scopes.flatMap(([id, scope]) =>
    scope.messages
      .flatMap(({ parts }) => parts)
      .filter((part): part is Part & T => fits(part, scope))
      .map((part) => (id === undefined ? { part } : { scope: id, part })),
  );
}
