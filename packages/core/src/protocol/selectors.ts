import type { Approval, Message, Part, ToolPart } from "./message.ts";
import type { RunState } from "./state.ts";

/** A call with the scope it was made in; no scope: the root. */
export interface ScopedCall {
  readonly scope?: string;
  readonly part: ToolPart;
}

/** A call that a person must decide on. */
export interface PendingApproval extends ScopedCall {
  readonly part: ToolPart & { readonly approval: Approval };
}

/** The approvals that nobody has answered, in all scopes, oldest first in each. */
export function pendingApprovals(state: RunState): readonly PendingApproval[] {
  const pending: PendingApproval[] = [];
  for (const { scope, part } of calls(state)) {
    const { approval } = part;
    if (part.status === "approval" && approval !== undefined) {
      pending.push({ ...(scope !== undefined && { scope }), part: { ...part, approval } });
    }
  }
  return pending;
}

/** The calls that wait for a viewer to run them and send the result, in all scopes. */
export function pendingCalls(state: RunState): readonly ScopedCall[] {
  return calls(state).filter(({ part }) => part.executor === "client" && part.status === "called");
}

/** All calls of all scopes, the root's first, in the order they were made. */
export function calls(state: RunState): readonly ScopedCall[] {
  const found: ScopedCall[] = [];
  const add = (messages: readonly Message[], scope?: string) => {
    for (const { parts } of messages) {
      for (const part of parts) {
        if (part.type === "tool") found.push({ ...(scope !== undefined && { scope }), part });
      }
    }
  };
  add(state.messages);
  for (const [scope, { messages }] of Object.entries(state.scopes)) add(messages, scope);
  return found;
}

/** Whether the call has its result: nothing more will happen to it. */
export function isSettled(part: ToolPart): boolean {
  return part.status === "completed" || part.status === "failed" || part.status === "denied";
}

/** The text of the newest assistant message that has any, its text parts joined; "" when there is none. */
export function lastText(messages: readonly Message[]): string {
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (message?.role !== "assistant") continue;
    const text = textOf(message.parts);
    if (text !== "") return text;
  }
  return "";
}

/** The text parts, joined. */
export function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}
