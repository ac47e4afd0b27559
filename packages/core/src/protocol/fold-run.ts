import type { DraftTree } from "./draft-tree.ts";
import type { EventOf, TerminalType } from "./events.ts";
import { interruptCalls } from "./fold-tool.ts";
import { applyPatch } from "./patch.ts";
import { present } from "./present.ts";
import type { RunState } from "./state.ts";
import { noUsage } from "./usage.ts";

export function initialState(event: EventOf<"run.started">): RunState {
  const { seq, run, thread, agent, messages, previous, limits, metadata } = event;
  return {
    protocol: 1,
    seq,
    epoch: 0,
    run,
    thread,
    ...present({ previous }),
    status: "running",
    agent,
    messages,
    attempts: 0,
    repairs: 0,
    stepNumber: 0,
    steps: 0,
    startedAt: event.at,
    waitedMs: 0,
    waiting: [],
    recoveries: 0,
    state: event.state === undefined ? {} : event.state,
    usage: noUsage,
    scopes: {},
    warnings: [],
    ...present({ limits, metadata }),
  };
}

export function runWaiting(tree: DraftTree, event: EventOf<"run.waiting">): void {
  const root = tree.root();
  root.status = "waiting";
  root.waiting = event.for;
  root.waitingSince = event.at;
}

export function runResumed(tree: DraftTree, event: EventOf<"run.resumed">): void {
  stopWaiting(tree, event.at);
  const root = tree.root();
  root.status = "running";
  root.epoch = event.epoch;
  if (event.cause === "recovery") root.recoveries += 1;
  interruptCalls(tree);
}

export function runEnded(tree: DraftTree, event: EventOf<TerminalType>): void {
  stopWaiting(tree, event.at);
  const root = tree.root();
  root.endedAt = event.at;
  switch (event.type) {
    case "run.completed":
      root.status = "completed";
      if (event.output !== undefined) root.output = event.output;
      break;
    case "run.failed":
      root.status = "failed";
      root.failure = event.error;
      break;
    case "run.cancelled":
      root.status = "cancelled";
      root.cancel ??= present({ by: event.by, reason: event.reason });
      break;
  }
}

export function cancelRequested(tree: DraftTree, event: EventOf<"cancel.requested">): void {
  tree.root().cancel ??= present({ by: event.by, reason: event.reason });
}

/** A patch that does not apply changes nothing: the order verifier refuses it, a viewer must go on. */
export function stateChanged(tree: DraftTree, event: EventOf<"state.changed">): void {
  try {
    tree.root().state = applyPatch(tree.state.state, event.patch);
  } catch {}
}

export function outputRejected(tree: DraftTree, event: EventOf<"output.rejected">): void {
  // The scope goes on: its newest reply no longer ends it.
  tree.drop(event.scope, "finishReason");
  const scope = tree.scope(event.scope);
  if (scope === undefined) return;
  scope.repairs += 1;
  scope.rejected = event.error;
}

export function warningRaised(tree: DraftTree, event: EventOf<"warning.raised">): void {
  const root = tree.root();
  root.warnings = [...root.warnings, { code: event.code, message: event.message }];
}

function stopWaiting(tree: DraftTree, at: number): void {
  const since = tree.state.waitingSince;
  tree.drop(undefined, "waitingSince");
  const root = tree.root();
  if (since !== undefined) root.waitedMs += Math.max(0, at - since);
  root.waiting = [];
}
