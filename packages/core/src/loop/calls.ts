import type { RunError } from "../protocol/errors.ts";
import type { ToolPart } from "../protocol/message.ts";
import type { RunState, ScopeState } from "../protocol/state.ts";

/** What becomes of a call that was under way in another process and must not run twice. */
export const interrupted: RunError = {
  code: "interrupted",
  message: "The process stopped while the tool ran. Its effect may or may not have happened.",
};

/** Whether a call has its result. */
export function settled(part: ToolPart): boolean {
  return part.status === "completed" || part.status === "failed" || part.status === "denied";
}

/** The calls of a scope's newest committed step, in call order. */
export function lastCalls(scope: ScopeState): readonly ToolPart[] {
  if (scope.lastStep === undefined) return [];
  const calls: ToolPart[] = [];
  for (let m = scope.messages.length - 1; m >= 0; m--) {
    const message = scope.messages[m];
    if (message?.role !== "assistant") continue;
    for (const part of message.parts) {
      if (part.type === "tool" && part.step === scope.lastStep) calls.push(part);
    }
    if (calls.length > 0) break;
    // A step writes one message; messages before one that holds a later or equal step cannot hold its calls.
    if (message.parts.some((part) => "step" in part && (part.step ?? 0) <= (scope.lastStep ?? 0)))
      break;
  }
  return calls;
}

/** The scope by its call id; `undefined` means the root. */
export function scopeOf(state: RunState, scope: string | undefined): ScopeState | undefined {
  if (scope === undefined) return state;
  return Object.hasOwn(state.scopes, scope) ? state.scopes[scope] : undefined;
}

/** A call anywhere in the run, with the scope that made it; searched from the newest. */
export function findCall(
  state: RunState,
  call: string,
): { readonly scope: string | undefined; readonly part: ToolPart } | undefined {
  for (const id of [undefined, ...Object.keys(state.scopes)]) {
    const part = callIn(scopeOf(state, id), call);
    if (part !== undefined) return { scope: id, part };
  }
  return undefined;
}

/** A call of one scope. */
export function callIn(scope: ScopeState | undefined, call: string): ToolPart | undefined {
  const messages = scope?.messages ?? [];
  for (let m = messages.length - 1; m >= 0; m--) {
    const parts = messages[m]?.parts ?? [];
    for (let p = parts.length - 1; p >= 0; p--) {
      const part = parts[p];
      if (part?.type === "tool" && part.call === call) return part;
    }
  }
  return undefined;
}
