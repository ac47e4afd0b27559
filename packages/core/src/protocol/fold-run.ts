import type { DraftTree } from "./draft-tree.ts";
import type { EventOf, TerminalType } from "./events.ts";
import { interruptCalls } from "./fold-tool.ts";
import type { Folds } from "./folds.ts";
import { applyPatch } from "./patch.ts";
import { pick } from "./pick.ts";
import type { RunState, RunStatus } from "./state.ts";
import { noUsage } from "./usage.ts";

export function initialState(event: EventOf<"run.started">): RunState {
  const { seq, run, thread, agent, messages, state = {}, at: startedAt } = event;
  return {
    protocol: 1,
    seq,
    epoch: 0,
    run,
    thread,
    ...pick(event, "previous", "model"),
    status: "running",
    agent,
    messages,
    attempts: 0,
    repairs: 0,
    stepNumber: 0,
    steps: 0,
    startedAt,
    waitedMs: 0,
    waiting: [],
    recoveries: 0,
    state,
    usage: noUsage,
    scopes: {},
    warnings: [],
    ...pick(event, "limits", "mcpServers", "metadata"),
  };
}

export const runFolds: Folds<
  | "run.started"
  | "run.waiting"
  | "run.resumed"
  | TerminalType
  | "cancel.requested"
  | "command.rejected"
  | "message.received"
  | "state.changed"
  | "output.rejected"
  | "warning.raised"
> = {
  /** Once. */
  "run.started"() {},
  "run.waiting"(tree, event) {
    tree.setRoot({ status: "waiting", waiting: event.for, waitingSince: event.at });
  },
  "run.resumed"(tree, { epoch, cause, at }) {
    const { recoveries } = tree.state;
    goOn(tree, "running", at);
    tree.setRoot({ epoch, recoveries: recoveries + (cause === "recovery" ? 1 : 0) });
    interruptCalls(tree);
  },
  "run.completed"(tree, event) {
    end(tree, "completed", event.at);
    tree.setRoot(pick(event, "output"));
  },
  "run.failed"(tree, event) {
    end(tree, "failed", event.at);
    tree.setRoot({ failure: event.error });
  },
  "run.cancelled"(tree, event) {
    end(tree, "cancelled", event.at);
    cancel(tree, event);
  },
  "cancel.requested": cancel,
  /** It is between its sender and the log. */
  "command.rejected"() {},
  "message.received": (tree, event) => tree.addMessage(event.scope, event.message),
  /** A patch that does not apply changes nothing: the order verifier refuses it, a viewer must go on. */
  "state.changed"(tree, event) {
    try {
      tree.setRoot({ state: applyPatch(tree.state.state, event.patch) });
    } catch {}
  },
  /** The scope goes on: its newest reply no longer ends it. */
  "output.rejected"(tree, { scope, error }) {
    const repairs = (tree.scope(scope)?.repairs ?? 0) + 1;
    tree.setScope(scope, { finishReason: undefined, repairs, rejected: error });
  },
  "warning.raised"(tree, event) {
    tree.setRoot({ warnings: [...tree.state.warnings, pick(event, "code", "message")] });
  },
};

function cancel(tree: DraftTree, event: EventOf<"cancel.requested" | "run.cancelled">): void {
  tree.setRoot({ cancel: tree.state.cancel ?? pick(event, "by", "reason") });
}

function end(tree: DraftTree, status: RunStatus, at: number): void {
  goOn(tree, status, at);
  tree.setRoot({ endedAt: at });
}

/** It does not wait any more. */
function goOn(tree: DraftTree, status: RunStatus, at: number): void {
  const { waitingSince = at, waitedMs } = tree.state;
  tree.setRoot({
    status,
    waitingSince: undefined,
    waitedMs: waitedMs + Math.max(0, at - waitingSince),
    waiting: [],
  });
}
