import type { InboxEntry } from "../protocol/command.ts";
import type { RunError } from "../protocol/errors.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import type { Message, ToolPart } from "../protocol/message.ts";
import { isId } from "../protocol/order-rule.ts";
import { pendingCalls } from "../protocol/selectors.ts";
import type { RunState } from "../protocol/state.ts";
import { findCall, scopeOf, settled } from "./calls.ts";
import { check } from "./check.ts";
import type { Registry } from "./registry.ts";

/**
 * The event that answers a command: what it asked for, or `command.rejected`. Exactly one, and it carries the command's
 * id, so that every command has one outcome in the log. A command counts by its store time, not by when it is read.
 */
export async function answer(
  state: RunState,
  { command, at }: InboxEntry,
  registry: Registry,
): Promise<NewEvent> {
  const reject = (reason: string): NewEvent => ({
    type: "command.rejected",
    command: command.id,
    kind: command.type,
    reason,
  });
  const by = command.by === undefined ? undefined : { by: command.by };
  const mark = { command: command.id, ...by };
  if (state.cancel !== undefined) return reject("The run is being cancelled.");
  switch (command.type) {
    case "cancel":
      return {
        type: "cancel.requested",
        ...(command.reason !== undefined && { reason: command.reason }),
        ...mark,
      };
    case "message": {
      const fault = messageFault(state, command.message);
      if (fault !== undefined) return reject(fault);
      return { type: "message.received", message: { ...command.message, at }, ...mark };
    }
    case "approval": {
      const found = findApproval(state, command.approval);
      if (found === undefined) return reject("There is no such approval.");
      const { scope, part } = found;
      const asked = part.approval;
      if (asked?.approved !== undefined || part.status !== "approval") {
        return reject("The approval was already decided.");
      }
      if (asked?.expiresAt !== undefined && at >= asked.expiresAt) {
        return reject("The approval has expired.");
      }
      return {
        type: "approval.resolved",
        ...(scope !== undefined && { scope }),
        id: command.approval,
        approved: command.approved,
        ...(command.reason !== undefined && { reason: command.reason }),
        ...(command.approved && command.input !== undefined && { input: command.input }),
        ...mark,
      };
    }
    case "result": {
      const found = findCall(state, command.call);
      if (found?.part.executor !== "client") return reject("There is no such call for a client.");
      const { scope, part } = found;
      if (settled(part)) return reject("The call already has its result.");
      if (!pendingCalls(state).some((pending) => pending.part.call === command.call)) {
        return reject("The call is not ready to run.");
      }
      const settlement = await settle(state, registry, scope, part, command);
      return { ...settlement, ...(scope !== undefined && { scope }), ...mark };
    }
    default:
      return unknown(command, reject);
  }
}

/** Why a message cannot become part of the history: it must be a user's, and new. */
function messageFault(state: RunState, { id, role, parts }: Message): string | undefined {
  if (!isId(id)) return "The message's id must be 1 to 128 characters without control characters.";
  if (id.startsWith(`${state.run}.`)) return "Ids that begin with the run's own are the run's.";
  if (role !== "user") return "Only a user's message can be sent to a run.";
  if (parts.some(({ type }) => type !== "text" && type !== "file")) {
    return "A message that is sent to a run holds text and files only.";
  }
  for (const scope of [state, ...Object.values(state.scopes)]) {
    if (scope.messages.some((message) => message.id === id)) return "The message is there already.";
  }
  return undefined;
}

/** A command of a newer version: refused, not lost. */
function unknown(_command: never, reject: (reason: string) => NewEvent): NewEvent {
  return reject("This version does not know the command.");
}

type Settlement = NewEvent<"tool.completed"> | NewEvent<"tool.failed">;

async function settle(
  state: RunState,
  registry: Registry,
  scope: string | undefined,
  part: ToolPart,
  result: { readonly output?: Json; readonly error?: RunError },
): Promise<Settlement> {
  const { call, name } = part;
  if (result.error !== undefined) return { type: "tool.failed", call, name, error: result.error };
  const output = result.output ?? null;
  const at = scopeOf(state, scope);
  const callee = at === undefined ? undefined : registry.callee(at, name);
  const schema = callee?.type === "tool" ? callee.tool.output : undefined;
  if (schema !== undefined) {
    const checked = await check(schema, output);
    if ("issues" in checked) {
      const message = `The viewer's result of ${name} does not fit its output schema.`;
      return {
        type: "tool.failed",
        call,
        name,
        error: { code: "invalid-output", message, details: checked.issues },
      };
    }
  }
  return { type: "tool.completed", call, name, output };
}

function findApproval(
  state: RunState,
  approval: string,
): { readonly scope: string | undefined; readonly part: ToolPart } | undefined {
  for (const id of [undefined, ...Object.keys(state.scopes)]) {
    for (const message of scopeOf(state, id)?.messages ?? []) {
      for (const part of message.parts) {
        if (part.type === "tool" && part.approval?.id === approval) return { scope: id, part };
      }
    }
  }
  return undefined;
}
