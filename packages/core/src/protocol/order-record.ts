import type { DeltaType, EventOf, RunEvent } from "./events.ts";
import type { Message } from "./message.ts";
import {
  type CallTrack,
  isSettledStatus,
  newScope,
  type ScopeTrack,
  type Track,
} from "./order-track.ts";
import { applyPatch } from "./patch.ts";

type Recorded = Exclude<RunEvent, EventOf<DeltaType>>;

/** Takes in an event that keeps the rules. */
export function record(track: Track, event: Recorded): void {
  const scope = track.scopes.get(event.scope);
  if (scope === undefined) {
    recordOpening(track, event);
    return;
  }
  switch (event.type) {
    case "run.waiting":
      track.waiting = true;
      break;
    case "run.resumed":
      recordResumed(track, event.epoch);
      break;
    case "run.completed":
    case "run.failed":
    case "run.cancelled":
      track.ended = true;
      break;
    case "cancel.requested":
      track.cancelled = true;
      break;
    case "step.started":
      track.stepNumber = scope.step = event.step;
      scope.orphaned = false;
      track.messages.set(event.message, { scope: event.scope });
      break;
    case "step.completed":
      scope.step = undefined;
      break;
    case "step.reverted":
      recordReverted(track, scope, event.step);
      break;
    case "text.started":
    case "reasoning.started":
      track.ids.add(event.id);
      scope.open.set(event.id, event.type === "text.started" ? "text" : "reasoning");
      break;
    case "text.completed":
    case "reasoning.completed":
      scope.open.delete(event.id);
      break;
    case "file.added":
    case "source.added":
    case "opaque.added":
      track.ids.add(event.id);
      break;
    case "message.received":
      recordMessages(track, event.scope, [event.message]);
      break;
    case "state.changed":
      track.state = applyPatch(track.state, event.patch);
      break;
    case "agent.switched":
      scope.agent = event.to;
      if (event.call !== undefined) settle(track, scope, event.call, "completed");
      break;
    case "tool.args.started":
    case "tool.called":
    case "tool.started":
    case "tool.completed":
    case "tool.failed":
    case "approval.requested":
      recordCall(track, scope, event);
      break;
    case "approval.resolved": {
      const call = track.approvals.get(event.id);
      if (call === undefined) break;
      if (event.approved) call.status = "called";
      else settle(track, scope, call.call, "denied");
      break;
    }
    case "run.started":
    case "agent.started":
    case "tool.progressed":
    case "command.rejected":
    case "output.rejected":
    case "data.emitted":
    case "warning.raised":
      break;
    default:
      event satisfies never;
  }
}

/** The events that open a scope. */
function recordOpening(track: Track, event: Recorded): void {
  if (event.type === "run.started") {
    track.started = true;
    track.state = event.state === undefined ? {} : event.state;
  } else if (event.type === "agent.started") {
    const call = track.calls.get(event.scope ?? "");
    if (call === undefined) return;
    call.status = "running";
    call.agent = true;
  } else {
    return;
  }
  track.scopes.set(event.scope, newScope(event.agent));
  recordMessages(track, event.scope, event.messages);
}

function recordMessages(
  track: Track,
  scope: string | undefined,
  messages: readonly Message[],
): void {
  for (const { id, role } of messages) track.messages.set(id, role === "assistant" && { scope });
}

function recordResumed(track: Track, epoch: number): void {
  track.waiting = false;
  track.resumed = epoch;
  track.epoch = Math.max(track.epoch, epoch);
  for (const scope of track.scopes.values()) {
    if (scope.step !== undefined) scope.orphaned = true;
    for (const call of scope.unsettled.values()) {
      if (call.status === "running" && !call.agent) call.status = "interrupted";
    }
  }
}

function recordReverted(track: Track, scope: ScopeTrack, step: number): void {
  scope.step = undefined;
  scope.open.clear();
  for (const call of track.calls.values()) {
    if (call.step !== step) continue;
    track.calls.delete(call.call);
    scope.unsettled.delete(call.call);
  }
}

function recordCall(
  track: Track,
  scope: ScopeTrack,
  event: EventOf<
    | "tool.args.started"
    | "tool.called"
    | "tool.started"
    | "tool.completed"
    | "tool.failed"
    | "approval.requested"
  >,
): void {
  const call = track.calls.get(event.call) ?? addCall(track, scope, event);
  switch (event.type) {
    case "tool.args.started":
      break;
    case "tool.called":
      call.status = "called";
      call.executor = event.executor;
      call.needsApproval = event.needsApproval === true;
      break;
    case "tool.started":
      call.status = "running";
      call.attempt = event.attempt;
      break;
    case "tool.completed":
      settle(track, scope, event.call, "completed");
      break;
    case "tool.failed":
      settle(track, scope, event.call, "failed");
      break;
    case "approval.requested":
      call.status = "approval";
      call.approval = { id: event.id, expiresAt: event.expiresAt };
      track.ids.add(event.id);
      track.approvals.set(event.id, call);
      break;
  }
}

function addCall(
  track: Track,
  scope: ScopeTrack,
  event: { readonly call: string; readonly name: string; readonly scope?: string },
): CallTrack {
  const call: CallTrack = {
    call: event.call,
    scope: event.scope,
    name: event.name,
    step: scope.step ?? 0,
    status: "streaming",
    executor: undefined,
    needsApproval: false,
    attempt: 0,
    agent: false,
    approval: undefined,
  };
  track.ids.add(event.call);
  track.calls.set(event.call, call);
  scope.unsettled.set(event.call, call);
  return call;
}

function settle(
  track: Track,
  scope: ScopeTrack,
  id: string,
  status: "completed" | "failed" | "denied",
): void {
  const call = track.calls.get(id);
  if (call === undefined || isSettledStatus(call.status)) return;
  call.status = status;
  scope.unsettled.delete(id);
  const answered = call.agent ? track.scopes.get(id) : undefined;
  if (answered !== undefined) answered.closed = true;
}
