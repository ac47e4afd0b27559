import type { DraftTree } from "./draft-tree.ts";
import type { EventOf } from "./events.ts";
import { addToStep } from "./fold-part.ts";
import type { Folds } from "./folds.ts";
import { pick } from "./pick.ts";
import type { ScopeState } from "./state.ts";
import { addUsage, type Usage } from "./usage.ts";

export const stepFolds: Folds<"step.started" | "step.completed" | "step.reverted"> = {
  "step.started"(tree, { scope, step, message, agent, model, at }) {
    const state = tree.scope(scope);
    if (state === undefined) return;
    const { stepNumber, startedAt, waitedMs } = tree.state;
    tree.setRoot({
      // A run may stand in a queue before its first step.
      waitedMs: stepNumber === 0 ? Math.max(waitedMs, at - startedAt) : waitedMs,
      stepNumber: Math.max(stepNumber, step),
    });
    tree.setScope(scope, {
      step: { step, message },
      stepAgent: agent,
      stepModel: model,
      retryAt: undefined,
      finishReason: undefined,
      error: undefined,
    });
    if (tree.indexOf(scope, message) === -1) {
      tree.addMessage(scope, { id: message, role: "assistant", parts: [], agent, at });
    }
  },
  "step.completed"(tree, event) {
    const { scope, provider, step: lastStep } = event;
    const state = tree.scope(scope);
    if (state === undefined) return;
    // What the provider says about the whole response must go back with it.
    if (provider !== undefined)
      addToStep(tree, scope, (step) => ({ type: "opaque", step, provider }));
    addSpent(tree, state, event.usage);
    tree.setRoot({ steps: tree.state.steps + 1, recoveries: 0 });
    tree.setScope(scope, {
      step: undefined,
      attempts: 0,
      lastStep,
      ...pick(event, "finishReason", "error"),
    });
  },
  /** Voids what the model said in the step. Data stays: it tells of effects. */
  "step.reverted"(tree, { scope, step, reason, usage, retryAt }) {
    const state = tree.scope(scope);
    if (state === undefined) return;
    const open = state.step?.step === step ? undefined : state.step;
    if (open !== state.step) {
      const message = tree.indexOf(scope, state.step?.message);
      tree.dropParts(scope, message, (part) => part.type !== "data" && part.step === step);
    }
    addSpent(tree, state, usage);
    tree.setScope(scope, { step: open, retryAt, ...failure(state, reason) });
  },
};

/** What a reverted step says against its model. A recovery says nothing: it is nobody's failed attempt. */
function failure(
  { attempts, failedModels = [], stepModel }: ScopeState,
  reason: EventOf<"step.reverted">["reason"],
): Pick<ScopeState, "attempts" | "failedModels"> {
  if (reason === "recovery") return { attempts };
  if (reason === "retry" || stepModel === undefined) return { attempts: attempts + 1 };
  return { attempts: 0, failedModels: [...failedModels, stepModel] };
}

function addSpent(tree: DraftTree, { stepModel }: ScopeState, spent: Usage | undefined): void {
  if (spent === undefined) return;
  const { usage, usageByModel: by = {} } = tree.state;
  tree.setRoot({ usage: addUsage(usage, spent) });
  if (stepModel === undefined) return;
  const before = Object.hasOwn(by, stepModel) ? by[stepModel] : undefined;
  tree.setRoot({ usageByModel: { ...by, [stepModel]: addUsage(spent, before) } });
}
