import type { AgentDefinition } from "../definition.ts";
import type { RunError } from "../protocol/errors.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import { lastText } from "../protocol/selectors.ts";
import type { RunState, ScopeState } from "../protocol/state.ts";
import { RunwireError } from "../runwire-error.ts";
import type { Outcome } from "./action.ts";
import { findCall } from "./calls.ts";
import { check } from "./check.ts";
import { toJson } from "./execute.ts";
import { messageOf } from "./message-of.ts";

/** Rejected structured outputs after which the agent has failed: one repair. */
const maxRepairs = 1;

/** What a scope that has nothing left to do answers: its last text, or the JSON of what its schema made of it. */
export type Answer =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "output"; readonly output: Json }
  | { readonly type: "rejected"; readonly error: RunError }
  | { readonly type: "failed"; readonly error: RunError };

export async function answerOf(
  scope: ScopeState,
  agent: AgentDefinition | undefined,
): Promise<Answer> {
  const text = lastText(scope.messages);
  const schema = agent?.output;
  // A refusal or a filtered answer is no attempt at the schema: the finish reason tells it.
  if (schema === undefined || scope.finishReason !== "stop") return { type: "text", text };
  const problem = (message: string, details?: Json): Answer => {
    const error: RunError = {
      code: "invalid-output",
      message,
      ...(details !== undefined && { details }),
    };
    return { type: scope.repairs >= maxRepairs ? "failed" : "rejected", error };
  };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return problem("It is not JSON.");
  }
  const checked = await check(schema, value);
  if (!("issues" in checked)) {
    try {
      return { type: "output", output: toJson(checked.value) };
    } catch (error) {
      return problem(`What the schema made of it is no JSON: ${messageOf(error)}`);
    }
  }
  const issues = checked.issues.map(({ path, message }) => `${path || "/"}: ${message}`);
  return problem(issues.join("; "), checked.issues as unknown as Json);
}

/** The terminal event of the root. */
export function terminal(state: RunState, outcome: Outcome, answer?: Answer): NewEvent {
  const { usage } = state;
  switch (outcome.type) {
    case "completed":
      return {
        type: "run.completed",
        finishReason: state.finishReason ?? "stop",
        usage,
        ...(answer?.type === "output" && { output: answer.output }),
      };
    case "failed":
      return { type: "run.failed", error: outcome.error, usage };
    case "cancelled":
      return { type: "run.cancelled", usage, ...state.cancel };
    default:
      return outcome satisfies never;
  }
}

/** The end of a sub-agent: the result of the call it answers, in its parent's scope. */
export function subResult(
  state: RunState,
  scope: string,
  outcome: Outcome,
  answer?: Answer,
): NewEvent {
  const found = findCall(state, scope);
  if (found === undefined) {
    throw new RunwireError("internal", { message: `The scope "${scope}" answers no call.` });
  }
  const parent = found.scope === undefined ? {} : { scope: found.scope };
  const call = { ...parent, call: scope, name: found.part.name };
  if (outcome.type === "failed") return { type: "tool.failed", ...call, error: outcome.error };
  const output =
    answer?.type === "output" ? answer.output : answer?.type === "text" ? answer.text : null;
  return { type: "tool.completed", ...call, output };
}
