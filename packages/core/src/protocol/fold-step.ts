import type { DraftTree } from "./draft-tree.ts";
import type { EventOf } from "./events.ts";
import { addToStep } from "./fold-part.ts";
import { addUsage } from "./usage.ts";

export function stepStarted(tree: DraftTree, event: EventOf<"step.started">): void {
  const scope = tree.scope(event.scope);
  if (scope === undefined) return;
  const root = tree.root();
  root.stepNumber = Math.max(root.stepNumber, event.step);
  scope.step = { step: event.step, message: event.message };
  scope.stepAgent = event.agent;
  delete scope.retryAt;
  delete scope.finishReason;
  delete scope.error;
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
  const scope = tree.scope(event.scope);
  if (scope === undefined) return;
  const root = tree.root();
  root.usage = addUsage(root.usage, event.usage);
  root.steps += 1;
  root.recoveries = 0;
  scope.attempts = 0;
  scope.lastStep = event.step;
  scope.finishReason = event.finishReason;
  if (event.error === undefined) delete scope.error;
  else scope.error = event.error;
  delete scope.retryAt;
  delete scope.step;
}

/** Voids what the model said in the step. Data stays: it tells of effects. */
export function stepReverted(tree: DraftTree, event: EventOf<"step.reverted">): void {
  const scope = tree.scope(event.scope);
  if (scope === undefined) return;
  const root = tree.root();
  root.usage = addUsage(root.usage, event.usage);
  const open = scope.step;
  if (open?.step === event.step) {
    const message = scope.messages.findLastIndex(({ id }) => id === open.message);
    tree.filterParts(
      event.scope,
      message,
      (part) => part.type === "data" || part.step !== event.step,
    );
    delete scope.step;
  }
  // A recovery is nobody's failed attempt.
  if (event.reason !== "recovery") scope.attempts += 1;
  if (event.retryAt === undefined) delete scope.retryAt;
  else scope.retryAt = event.retryAt;
}
