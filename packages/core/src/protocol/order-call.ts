import type { EventOf } from "./events.ts";
import { rule, type Violation } from "./order-rule.ts";
import { newMessages } from "./order-run.ts";
import { inStep, newId } from "./order-step.ts";
import {
  awaitsResult,
  type CallTrack,
  isSettledStatus,
  type ScopeTrack,
  type Track,
} from "./order-track.ts";

export interface CallRules {
  readonly track: Track;
  readonly scope: ScopeTrack;
  /** Whether a cut call of this tool may run again; unknown: it may. */
  readonly idempotent: ((name: string) => boolean) | undefined;
}

type Named = { readonly call: string; readonly name: string; readonly scope?: string };

/** Rule 12, and the call must be this scope's: the call, or what is wrong. */
function known(track: Track, event: Named & { readonly type: string }): CallTrack | Violation {
  const call = track.calls.get(event.call);
  if (call === undefined)
    return { rule: 12, message: `${event.type} for "${event.call}", which was never called.` };
  return (
    rule(
      17,
      call.scope === event.scope,
      `${event.type} for "${event.call}", a call of another scope.`,
    ) ??
    rule(
      12,
      call.name === event.name,
      `"${event.call}" is a call of "${call.name}", not of "${event.name}".`,
    ) ??
    call
  );
}

function isViolation(value: CallTrack | Violation): value is Violation {
  return "rule" in value;
}

/** The step that made the call is committed: before that, a revert could still void it. */
function committed(track: Track, call: CallTrack): boolean {
  return track.scopes.get(call.scope)?.step !== call.step;
}

export function checkArgs(
  { track, scope }: CallRules,
  event: EventOf<"tool.args.started">,
): Violation | undefined {
  return inStep(scope, event.type) ?? newId(track, event.call);
}

export function checkCalled(
  { track, scope }: CallRules,
  event: EventOf<"tool.called">,
): Violation | undefined {
  const outside = inStep(scope, event.type);
  if (outside !== undefined) return outside;
  if (!track.calls.has(event.call)) return newId(track, event.call);
  const call = known(track, event);
  if (isViolation(call)) return call;
  return rule(12, call.status === "streaming", `"${event.call}" was called before.`);
}

export function checkToolStarted(
  { track, idempotent }: CallRules,
  event: EventOf<"tool.started">,
): Violation | undefined {
  const call = known(track, event);
  if (isViolation(call)) return call;
  return (
    rule(
      14,
      call.executor === undefined,
      `"${event.call}" runs at the ${call.executor}, not here.`,
    ) ??
    ready(track, call, event.type, call.status === "interrupted") ??
    rule(
      13,
      event.attempt === call.attempt + 1,
      `"${event.call}" starts with attempt ${event.attempt} after ${call.attempt}.`,
    ) ??
    rule(
      13,
      event.attempt === 1 || idempotent === undefined || idempotent(call.name),
      `"${event.call}" runs again, but "${call.name}" is not idempotent.`,
    )
  );
}

/** Rule 13: complete, of a committed step, approved, not running, not settled. `again`: it may be a repetition. */
function ready(track: Track, call: CallTrack, type: string, again: boolean): Violation | undefined {
  return (
    rule(12, !isSettledStatus(call.status), `${type} for "${call.call}", which has its result.`) ??
    rule(13, call.status !== "approval", `${type} for "${call.call}" before its approval.`) ??
    rule(
      13,
      call.status === "called" || again,
      `${type} for "${call.call}", which is ${call.status}.`,
    ) ??
    rule(13, committed(track, call), `${type} for "${call.call}" before its step is committed.`)
  );
}

export function checkProgress(
  { track }: CallRules,
  event: EventOf<"tool.progressed">,
): Violation | undefined {
  const call = known(track, event);
  if (isViolation(call)) return call;
  return rule(
    13,
    call.status === "running",
    `${event.type} for "${event.call}", which does not run.`,
  );
}

export function checkToolCompleted(
  { track, scope }: CallRules,
  event: EventOf<"tool.completed">,
): Violation | undefined {
  const call = known(track, event);
  if (isViolation(call)) return call;
  const { executor, status } = call;
  const settled =
    rule(12, !isSettledStatus(status), `"${event.call}" already has its result.`) ??
    rule(12, status !== "streaming", `"${event.call}" has a result before it was called.`);
  if (settled !== undefined) return settled;
  switch (executor) {
    case "provider":
      return rule(
        14,
        scope.step !== undefined,
        `The provider's call "${event.call}" settles outside a step.`,
      );
    case "client":
      return (
        rule(13, awaitsResult(call), `"${event.call}" has a result before its approval.`) ??
        rule(
          14,
          committed(track, call),
          `The client's call "${event.call}" has a result before its step is committed.`,
        )
      );
    case undefined:
      return (
        rule(13, status === "running", `"${event.call}" completes, but does not run.`) ??
        quiet(track, call)
      );
  }
}

export function checkToolFailed(
  { track, scope }: CallRules,
  event: EventOf<"tool.failed">,
): Violation | undefined {
  // A call that could not even be read fails as the first that is heard of it.
  if (!track.calls.has(event.call)) return inStep(scope, event.type) ?? newId(track, event.call);
  const call = known(track, event);
  if (isViolation(call)) return call;
  return (
    rule(12, !isSettledStatus(call.status), `"${event.call}" already has its result.`) ??
    quiet(track, call)
  );
}

/** Rule 17: a sub-agent has nothing open when its call settles. */
function quiet(track: Track, call: CallTrack): Violation | undefined {
  const scope = call.agent ? track.scopes.get(call.call) : undefined;
  if (scope === undefined) return undefined;
  return (
    rule(
      17,
      scope.step === undefined,
      `"${call.call}" settles while its sub-agent has an open step.`,
    ) ??
    rule(
      17,
      scope.unsettled.size === 0,
      `"${call.call}" settles while calls of its sub-agent are not settled.`,
    )
  );
}

export function checkRequested(
  { track }: CallRules,
  event: EventOf<"approval.requested">,
): Violation | undefined {
  const call = known(track, event);
  if (isViolation(call)) return call;
  return (
    rule(15, call.approval === undefined, `"${event.call}" was put to a person before.`) ??
    rule(15, call.status === "called", `Approval of "${event.call}", which is ${call.status}.`) ??
    rule(
      15,
      call.executor !== "provider",
      `Approval of "${event.call}", which its provider runs.`,
    ) ??
    rule(15, committed(track, call), `Approval of "${event.call}" before its step is committed.`) ??
    newId(track, event.id)
  );
}

export function checkResolved(
  { track }: CallRules,
  event: EventOf<"approval.resolved">,
): Violation | undefined {
  const call = track.approvals.get(event.id);
  return (
    rule(15, call !== undefined, `There is no approval "${event.id}".`) ??
    rule(17, call?.scope === event.scope, `The approval "${event.id}" is of another scope.`) ??
    rule(15, call?.status === "approval", `The approval "${event.id}" is already decided.`)
  );
}

/** `scope` is the call: its sub-agent does not exist before this event. */
export function checkAgentStarted(
  track: Track,
  event: EventOf<"agent.started">,
): Violation | undefined {
  const call = event.scope === undefined ? undefined : track.calls.get(event.scope);
  if (call === undefined) {
    return rule(17, false, `agent.started needs the call that the sub-agent answers as its scope.`);
  }
  return (
    rule(17, !track.scopes.has(call.call), `The sub-agent of "${call.call}" started before.`) ??
    rule(
      14,
      call.executor === undefined,
      `"${call.call}" runs at the ${call.executor}, not here.`,
    ) ??
    ready(track, call, event.type, false) ??
    newMessages(track.messages, event.messages)
  );
}

export function checkSwitched(
  { track, scope }: CallRules,
  event: EventOf<"agent.switched">,
): Violation | undefined {
  const switched =
    rule(19, scope.step === undefined, "agent.switched inside a step.") ??
    rule(
      19,
      scope.agent === event.from,
      `agent.switched from "${event.from}", but "${scope.agent}" goes on.`,
    );
  if (switched !== undefined || event.call === undefined) return switched;
  const call = track.calls.get(event.call);
  if (call === undefined)
    return rule(12, false, `agent.switched for "${event.call}", which was never called.`);
  return (
    rule(
      17,
      call.scope === event.scope,
      `agent.switched for "${event.call}", a call of another scope.`,
    ) ?? ready(track, call, event.type, false)
  );
}
