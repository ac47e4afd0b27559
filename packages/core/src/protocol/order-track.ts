import type { Json } from "./json.ts";
import type { ToolPart, ToolStatus } from "./message.ts";
import type { RunState, ScopeState } from "./state.ts";

/** What the rules need to know of a call. Its id stays known after it settled, so that a second settlement is noticed. */
export interface CallTrack {
  readonly call: string;
  /** The scope that made the call. */
  readonly scope: string | undefined;
  readonly name: string;
  readonly step: number;
  status: ToolStatus;
  executor: ToolPart["executor"];
  /** A client's call that a person must approve first. */
  needsApproval: boolean;
  attempt: number;
  /** A sub-agent answers it. */
  agent: boolean;
  approval: { readonly id: string; readonly expiresAt: number | undefined } | undefined;
}

export interface ScopeTrack {
  agent: string;
  /** The number of the open step. */
  step: number | undefined;
  /** The process that drove the open step is gone: the step can only be reverted or closed. */
  orphaned: boolean;
  /** Parts that get deltas. */
  readonly open: Map<string, "text" | "reasoning">;
  readonly unsettled: Map<string, CallTrack>;
  /** The call that the scope answers has settled. */
  closed: boolean;
}

/** What the verifier remembers of a log: a small fold of its own, with the look-ups that the rules need. */
export interface Track {
  seq: number;
  /** Under which the newest event was written, as far as the reader knows. */
  epoch: number;
  /** Of the newest `run.resumed`. */
  resumed: number;
  started: boolean;
  ended: boolean;
  waiting: boolean;
  cancelled: boolean;
  stepNumber: number;
  /** The shared state that patches apply to. */
  state: Json;
  /** Ids of parts, calls and approvals: never given again, also after a revert. */
  readonly ids: Set<string>;
  /** Message ids, and the scope in which a step may go on in the message; `false` for messages of others. */
  readonly messages: Map<string, { readonly scope: string | undefined } | false>;
  readonly scopes: Map<string | undefined, ScopeTrack>;
  readonly calls: Map<string, CallTrack>;
  /** Approvals by id. */
  readonly approvals: Map<string, CallTrack>;
}

export function newTrack(): Track {
  return {
    seq: 0,
    epoch: 0,
    resumed: 0,
    started: false,
    ended: false,
    waiting: false,
    cancelled: false,
    stepNumber: 0,
    state: null,
    ids: new Set(),
    messages: new Map(),
    scopes: new Map(),
    calls: new Map(),
    approvals: new Map(),
  };
}

export function newScope(agent: string): ScopeTrack {
  return {
    agent,
    step: undefined,
    orphaned: false,
    open: new Map(),
    unsettled: new Map(),
    closed: false,
  };
}

/** What a folded state still tells. Ids that a revert has burned are not in it. */
export function trackFrom(state: RunState): Track {
  const track = newTrack();
  track.seq = state.seq;
  track.epoch = track.resumed = state.epoch;
  track.started = true;
  track.ended = state.endedAt !== undefined;
  track.waiting = state.status === "waiting";
  track.cancelled = state.cancel !== undefined;
  track.stepNumber = state.stepNumber;
  track.state = state.state;
  addScope(track, undefined, state);
  for (const [id, scope] of Object.entries(state.scopes)) addScope(track, id, scope);
  for (const [id, scope] of track.scopes) {
    const call = id === undefined ? undefined : track.calls.get(id);
    scope.closed = call !== undefined && isSettledStatus(call.status);
  }
  return track;
}

function addScope(track: Track, id: string | undefined, state: ScopeState): void {
  const scope = newScope(state.agent);
  scope.step = state.step?.step;
  track.scopes.set(id, scope);
  for (const message of state.messages) {
    track.messages.set(message.id, message.role === "assistant" && { scope: id });
    for (const part of message.parts) {
      if (part.type === "tool") addCall(track, scope, id, part);
      else if (part.type !== "data" && part.id !== undefined) track.ids.add(part.id);
      if (part.type === "text" || part.type === "reasoning") {
        if (part.open && part.id !== undefined) scope.open.set(part.id, part.type);
      }
    }
  }
}

function addCall(track: Track, scope: ScopeTrack, id: string | undefined, part: ToolPart): void {
  const { call, name, step, status, executor, approval } = part;
  const known: CallTrack = {
    call,
    scope: id,
    name,
    step,
    status,
    executor,
    needsApproval: part.needsApproval === true,
    attempt: part.attempt ?? 0,
    agent: part.agent !== undefined,
    approval: approval && { id: approval.id, expiresAt: approval.expiresAt },
  };
  track.ids.add(call);
  track.calls.set(call, known);
  if (!isSettledStatus(status)) scope.unsettled.set(call, known);
  if (approval !== undefined) {
    track.ids.add(approval.id);
    track.approvals.set(approval.id, known);
  }
}

export function isSettledStatus(status: ToolStatus): boolean {
  return status === "completed" || status === "failed" || status === "denied";
}

/** A client's call that the viewer may run now. */
export function awaitsResult(call: CallTrack): boolean {
  return (
    call.executor === "client" &&
    call.status === "called" &&
    (!call.needsApproval || call.approval !== undefined)
  );
}
