import type { DraftTree } from "./draft-tree.ts";
import type { EventOf } from "./events.ts";
import { addToStep } from "./fold-part.ts";
import type { OpenStep } from "./state.ts";
import { addUsage } from "./usage.ts";

export function stepStarted(tree: DraftTree, event: EventOf<"step.started">): void {
  tree.drop(event.scope, "retryAt", "finishReason", "error");
  const scope = tree.scope(event.scope);
  if (scope === undefined) return;
  const root = tree.root();
  // A run may stand in a queue before its first step.
  if (root.stepNumber === 0)
    root.waitedMs += Math.max(0, event.at - root.startedAt - root.waitedMs);
  root.stepNumber = Math.max(root.stepNumber, event.step);
  scope.step = { step: event.step, message: event.message };
  scope.stepAgent = event.agent;
  if (scope.messages.some((message) => message.id === event.message)) return;
  tree.addMessage(event.scope, {
    id: event.message,
    role: "assistant",
    parts: [],
    agent: event.agent,
    at: event.at,
  });
}

export function stepCompleted(tree: DraftTree, event: EventOf<"step.completed">): void {
  const { provider } = event;
  // What the provider says about the whole response must go back with it.
  if (provider !== undefined) {
    addToStep(tree, event.scope, (step) => ({ type: "opaque", step, provider }));
  }
  tree.drop(event.scope, "step");
  const scope = tree.scope(event.scope);
  if (scope === undefined) return;
  const root = tree.root();
  root.usage = addUsage(root.usage, event.usage);
  root.steps += 1;
  root.recoveries = 0;
  scope.attempts = 0;
  scope.lastStep = event.step;
  scope.finishReason = event.finishReason;
  if (event.error !== undefined) scope.error = event.error;
}

/** Voids what the model said in the step. Data stays: it tells of effects. */
export function stepReverted(tree: DraftTree, event: EventOf<"step.reverted">): void {
  const open = tree.peek(event.scope)?.step;
  tree.drop(event.scope, "retryAt");
  if (open?.step === event.step) {
    removeStep(tree, event.scope, open);
    tree.drop(event.scope, "step");
  }
  const scope = tree.scope(event.scope);
  if (scope === undefined) return;
  const root = tree.root();
  root.usage = addUsage(root.usage, event.usage);
  // A recovery is nobody's failed attempt.
  if (event.reason !== "recovery") scope.attempts += 1;
  if (event.retryAt !== undefined) scope.retryAt = event.retryAt;
}

function removeStep(tree: DraftTree, scope: string | undefined, { step, message }: OpenStep): void {
  const index = tree.peek(scope)?.messages.findLastIndex(({ id }) => id === message) ?? -1;
  tree.filterParts(scope, index, (part) => part.type === "data" || part.step !== step);
}
