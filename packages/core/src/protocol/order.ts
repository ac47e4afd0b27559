import { encodeEvent } from "./encode.ts";
import type { DeltaType, EventOf, RunEvent } from "./events.ts";
import {
  checkAgentStarted,
  checkArgs,
  checkCalled,
  checkProgress,
  checkRequested,
  checkResolved,
  checkSwitched,
  checkToolCompleted,
  checkToolFailed,
  checkToolStarted,
} from "./order-call.ts";
import { checkPlace } from "./order-place.ts";
import { record } from "./order-record.ts";
import { isId, rule, type Violation } from "./order-rule.ts";
import {
  checkEnd,
  checkPatch,
  checkResumed,
  checkStart,
  checkWaiting,
  newMessages,
} from "./order-run.ts";
import {
  checkCompleted,
  checkStepCompleted,
  checkStepReverted,
  checkStepStarted,
  checkTarget,
  checkText,
  inStep,
  newId,
} from "./order-step.ts";
import { newTrack, type Track, trackFrom } from "./order-track.ts";
import type { RunState } from "./state.ts";

export interface VerifierOptions {
  /**
   * Go on after this state instead of from an empty log. Ids that were burned by a revert are not in a state, so rule 11
   * then covers only those that are in it; ids that derive from `seq` cannot repeat anyway. Nor is it known whether a step
   * that is open in the state lost its process (rule 7): the taker's own `run.resumed` says so.
   */
  readonly state?: RunState;
  /** Whether a tool's cut call may run again (rule 13). Without it any may. */
  readonly idempotent?: (tool: string) => boolean;
}

/** The order rules of PROTOCOL.md, executable: one for tests, the runtime and both ends of a wire. */
export interface Verifier {
  /**
   * The first rule that the event breaks as the log's next one; `undefined` when it keeps them all, and then it is taken
   * in. An event that is refused changes nothing. `epoch`: under which it was written, where the caller knows (rule 1).
   *
   * The limit on a batch (rule 22) is the log's to enforce. Types it does not know only have to have the right `seq`.
   */
  check(event: RunEvent, epoch?: number): Violation | undefined;
}

/** Bytes of UTF-8 JSON that one event may have (rule 22). */
const maxBytes = 262_144;

/** The target that the last delta was accepted for. Any other event empties it. */
interface Hot {
  readonly type: DeltaType;
  readonly id: string;
  readonly scope: string | undefined;
}

export function createVerifier({ state, idempotent }: VerifierOptions = {}): Verifier {
  const track: Track = state === undefined ? newTrack() : trackFrom(state);
  let hot: Hot | undefined;

  function checkDelta(event: EventOf<DeltaType>, id: string): Violation | undefined {
    if (hot?.id === id && hot.type === event.type && hot.scope === event.scope) {
      return checkText(event) ?? checkDeltaSize(event);
    }
    const scope = track.scopes.get(event.scope);
    const broken =
      checkPlace(track, event) ??
      (scope && checkTarget(scope, event)) ??
      checkText(event) ??
      checkDeltaSize(event);
    if (broken === undefined) hot = { type: event.type, id, scope: event.scope };
    return broken;
  }

  return {
    check(event, epoch = track.epoch) {
      if (event.seq !== track.seq + 1) {
        return rule(1, false, `seq ${event.seq} after ${track.seq}.`);
      }
      let broken: Violation | undefined;
      switch (event.type) {
        case "text.delta":
        case "reasoning.delta":
          broken = checkDelta(event, event.id);
          break;
        case "tool.args.delta":
        case "tool.output.delta":
          broken = checkDelta(event, event.call);
          break;
        default:
          broken =
            rule(1, epoch >= track.epoch, `Epoch ${epoch} after ${track.epoch}.`) ??
            checkPlace(track, event) ??
            checkOwn(track, event, idempotent) ??
            checkSize(event);
          if (broken === undefined) {
            record(track, event);
            hot = undefined;
          }
      }
      if (broken !== undefined) return broken;
      track.seq = event.seq;
      track.epoch = Math.max(track.epoch, epoch);
      return undefined;
    },
  };
}

/** The rules of the event's own type. `run.started` and `agent.started` open the scope that all others need. */
function checkOwn(
  track: Track,
  event: Exclude<RunEvent, EventOf<DeltaType>>,
  idempotent: VerifierOptions["idempotent"],
): Violation | undefined {
  if (event.type === "run.started") return checkStart(event);
  if (event.type === "agent.started") return checkAgentStarted(track, event);
  const scope = track.scopes.get(event.scope);
  // Only an unknown type gets here without its scope.
  if (scope === undefined) return undefined;
  const rules = { track, scope, idempotent };
  switch (event.type) {
    case "run.waiting":
      return checkWaiting(track, event);
    case "run.resumed":
      return checkResumed(track, event);
    case "run.completed":
    case "run.failed":
    case "run.cancelled":
      return checkEnd(track, event);
    case "step.started":
      return checkStepStarted(track, scope, event);
    case "step.completed":
      return checkStepCompleted(scope, event);
    case "step.reverted":
      return checkStepReverted(scope, event);
    case "text.started":
    case "reasoning.started":
    case "file.added":
    case "source.added":
    case "opaque.added":
      return inStep(scope, event.type) ?? newId(track, event.id);
    case "text.completed":
    case "reasoning.completed":
      return checkCompleted(scope, event);
    case "tool.args.started":
      return checkArgs(rules, event);
    case "tool.called":
      return checkCalled(rules, event);
    case "tool.started":
      return checkToolStarted(rules, event);
    case "tool.progressed":
      return checkProgress(rules, event);
    case "tool.completed":
      return checkToolCompleted(rules, event);
    case "tool.failed":
      return checkToolFailed(rules, event);
    case "approval.requested":
      return checkRequested(rules, event);
    case "approval.resolved":
      return checkResolved(rules, event);
    case "agent.switched":
      return checkSwitched(rules, event);
    case "message.received":
      return newMessages(track.messages, [event.message]);
    case "state.changed":
      return checkPatch(track, event);
    case "data.emitted":
      return rule(22, event.id === undefined || isId(event.id), "The data's id is no valid id.");
    case "cancel.requested":
    case "command.rejected":
    case "output.rejected":
    case "warning.raised":
      return undefined;
    default:
      event satisfies never;
      return undefined;
  }
}

/** Escaped, a UTF-16 unit takes six bytes at most, and ids are short: only a huge delta needs counting. */
function checkDeltaSize(event: EventOf<DeltaType>): Violation | undefined {
  return event.delta.length <= 40_000 ? undefined : checkSize(event);
}

/** In JSON text a UTF-16 unit takes three bytes at most, so most events need no counting. */
function checkSize(event: RunEvent): Violation | undefined {
  const text = encodeEvent(event);
  if (text.length * 3 <= maxBytes) return undefined;
  const bytes = new TextEncoder().encode(text).length;
  return rule(22, bytes <= maxBytes, `${event.type} has ${bytes} bytes, more than ${maxBytes}.`);
}
