import { type Changes, changed, type DraftTree } from "./draft-tree.ts";
import type { EventOf } from "./events.ts";
import { addToStep, mergeProvider } from "./fold-part.ts";
import type { Folds } from "./folds.ts";
import type { ProviderData } from "./json.ts";
import type { Part, ToolPart } from "./message.ts";
import { pick } from "./pick.ts";
import { type AskedPart, isAsked } from "./selectors.ts";

export const toolFolds: Folds<
  | "tool.args.started"
  | "tool.called"
  | "tool.started"
  | "tool.progressed"
  | "tool.completed"
  | "tool.failed"
  | "approval.requested"
  | "approval.resolved"
  | "agent.started"
  | "agent.switched"
> = {
  "tool.args.started"(tree, event) {
    change(tree, event, {}, { args: "" });
  },
  "tool.called"(tree, event) {
    const fields = pick(event, "executor", "needsApproval", "input");
    change(tree, event, { args: undefined, status: "called", ...fields }, {});
  },
  "tool.started"(tree, event) {
    change(tree, event, { status: "running", attempt: event.attempt });
  },
  "tool.progressed"(tree, event) {
    change(tree, event, { progress: event.data });
  },
  "tool.completed"(tree, event) {
    settle(tree, event, { status: "completed", ...pick(event, "output", "content") });
  },
  "tool.failed"(tree, event) {
    settle(tree, event, { status: "failed", error: event.error }, {});
  },
  "approval.requested"(tree, event) {
    change(tree, event, {
      status: "approval",
      approval: pick(event, "id", "expiresAt", "message"),
    });
  },
  "approval.resolved"(tree, event) {
    const { scope, id, approved, input } = event;
    const known = tree.edit(
      scope,
      (part): part is AskedPart => isAsked(part) && part.approval.id === id,
      ({ approval, input: proposed }: AskedPart): Changes<ToolPart> => ({
        status: approved ? "called" : "denied",
        approval: { ...approval, approved, ...pick(event, "by", "reason", "at", "expired") },
        ...(approved && input !== undefined && { input, proposed }),
      }),
    );
    if (known && !approved) tree.setRoot({ recoveries: 0 });
  },
  /** A sub-agent takes up the call that the scope names: the call runs, and the scope opens. */
  "agent.started"(tree, { scope: call, agent, messages }) {
    if (call === undefined || tree.scope(call) !== undefined) return;
    const runs = (): Changes<ToolPart> => ({ status: "running", agent });
    const parent = tree.scopeIds().find((scope) => tree.edit(scope, isCall(call), runs));
    tree.addScope(call, {
      agent,
      ...(parent !== undefined && { parent }),
      messages,
      attempts: 0,
      repairs: 0,
    });
  },
  "agent.switched"(tree, { scope, to: agent, call }) {
    // The models of the agent that takes over are others.
    tree.setScope(scope, { agent, failedModels: undefined });
    const settled = (): Changes<ToolPart> => ({ status: "completed", output: { agent } });
    if (call !== undefined && tree.edit(scope, isCall(call), settled)) {
      tree.setRoot({ recoveries: 0 });
    }
  },
};

/** What ran in a process that is gone no longer runs. A sub-agent lives in the log, and goes on. */
export function interruptCalls(tree: DraftTree): void {
  const isCut = (part: Part): part is ToolPart =>
    part.type === "tool" && part.status === "running" && part.agent === undefined;
  for (const scope of tree.scopeIds()) {
    while (tree.edit(scope, isCut, (): Changes<ToolPart> => ({ status: "interrupted" })));
  }
}

/** An event that names a call, apart from the deltas. */
type CallEvent = EventOf<
  | "tool.args.started"
  | "tool.called"
  | "tool.started"
  | "tool.progressed"
  | "tool.completed"
  | "tool.failed"
  | "approval.requested"
> & { readonly provider?: ProviderData };

/**
 * Changes the call that the event names; false when there is none. `first`: the event may be the first word of a call,
 * which then begins with these fields.
 */
function change(
  tree: DraftTree,
  { scope, call, name, provider }: CallEvent,
  changes: Changes<ToolPart>,
  first?: Partial<ToolPart>,
): boolean {
  const all = (part: Partial<ToolPart>): Changes<ToolPart> => ({
    ...changes,
    provider: mergeProvider(part.provider, provider),
  });
  if (tree.edit(scope, isCall(call), all)) return true;
  if (first === undefined) return false;
  addToStep(tree, scope, (step) =>
    changed<ToolPart>(
      { type: "tool", call, name, step, status: "streaming", ...first },
      all(first),
    ),
  );
  return true;
}

/** The same, and the run has made progress. */
function settle(...args: Parameters<typeof change>): void {
  if (change(...args)) args[0].setRoot({ recoveries: 0 });
}

function isCall(call: string): (part: Part) => part is ToolPart {
  return (part): part is ToolPart => part.type === "tool" && part.call === call;
}
