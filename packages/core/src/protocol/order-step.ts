import type { DeltaType, EventOf } from "./events.ts";
import { isId, rule, type Violation } from "./order-rule.ts";
import type { ScopeTrack, Track } from "./order-track.ts";

export function checkStepStarted(
  track: Track,
  scope: ScopeTrack,
  event: EventOf<"step.started">,
): Violation | undefined {
  const { step, message, agent } = event;
  const known = track.messages.get(message);
  return (
    rule(8, scope.step === undefined, `Step ${step} starts while step ${scope.step} is open.`) ??
    rule(8, step > track.stepNumber, `Step ${step} starts after step ${track.stepNumber}.`) ??
    rule(16, allSettled(scope), `Step ${step} starts before every call has its result.`) ??
    rule(
      19,
      agent === scope.agent,
      `Step ${step} is by "${agent}", but "${scope.agent}" goes on.`,
    ) ??
    rule(22, isId(message), `${JSON.stringify(message)} is no valid message id.`) ??
    rule(
      11,
      known === undefined || (known !== false && known.scope === event.scope),
      `Step ${step} cannot go on in "${message}": that message is another's.`,
    )
  );
}

/** A provider settles its own calls in a later response: they do not hold up the next step. */
function allSettled(scope: ScopeTrack): boolean {
  for (const call of scope.unsettled.values()) if (call.executor !== "provider") return false;
  return true;
}

export function checkStepCompleted(
  scope: ScopeTrack,
  event: EventOf<"step.completed">,
): Violation | undefined {
  const { step, finishReason } = event;
  let streaming: string | undefined;
  for (const call of scope.unsettled.values()) {
    if (call.status === "streaming") streaming = call.call;
  }
  return (
    rule(8, scope.step === step, `Step ${step} is not open.`) ??
    rule(
      9,
      scope.open.size === 0,
      `Step ${step} ends with open parts: ${[...scope.open.keys()].join(", ")}.`,
    ) ??
    rule(
      9,
      streaming === undefined,
      `Step ${step} ends with unfinished arguments of "${streaming}".`,
    ) ??
    rule(
      7,
      !scope.orphaned || finishReason === "cancelled" || finishReason === "error",
      `Step ${step} lost its process: it can only be reverted, cancelled or failed.`,
    )
  );
}

export function checkStepReverted(
  scope: ScopeTrack,
  event: EventOf<"step.reverted">,
): Violation | undefined {
  return rule(
    18,
    scope.step === event.step,
    `Step ${event.step} is not open, and only an open step can be reverted.`,
  );
}

/** Rule 9, and after a change of process rule 7: what a model says needs its step. */
export function inStep(scope: ScopeTrack, type: string): Violation | undefined {
  return (
    rule(9, scope.step !== undefined, `${type} outside a step.`) ??
    rule(7, !scope.orphaned, `${type} in a step whose process is gone: revert or close it.`)
  );
}

/** Rules 11 and 22 for a part, call or approval. */
export function newId(track: Track, id: string): Violation | undefined {
  return (
    rule(22, isId(id), `${JSON.stringify(id)} is no valid id.`) ??
    rule(11, !track.ids.has(id), `The id "${id}" was given before.`)
  );
}

export function checkCompleted(
  scope: ScopeTrack,
  event: EventOf<"text.completed" | "reasoning.completed">,
): Violation | undefined {
  const type = event.type === "text.completed" ? "text" : "reasoning";
  return rule(
    10,
    scope.open.get(event.id) === type,
    `${event.type} of "${event.id}", which is not open.`,
  );
}

/** Whether the delta has where to go. What it holds is checked by {@link checkText}. */
export function checkTarget(scope: ScopeTrack, event: EventOf<DeltaType>): Violation | undefined {
  switch (event.type) {
    case "text.delta":
    case "reasoning.delta": {
      const type = event.type === "text.delta" ? "text" : "reasoning";
      return (
        rule(
          10,
          scope.open.get(event.id) === type,
          `${event.type} for "${event.id}", which is not open.`,
        ) ?? inStep(scope, event.type)
      );
    }
    case "tool.args.delta": {
      const call = scope.unsettled.get(event.call);
      return (
        rule(
          10,
          call?.status === "streaming",
          `${event.type} for "${event.call}", which is not open.`,
        ) ?? inStep(scope, event.type)
      );
    }
    case "tool.output.delta": {
      const call = scope.unsettled.get(event.call);
      return rule(
        13,
        call?.status === "running",
        `${event.type} for "${event.call}", which does not run.`,
      );
    }
  }
}

export function checkText(event: EventOf<DeltaType>): Violation | undefined {
  const { delta } = event;
  if (delta !== "" && delta.isWellFormed()) return undefined;
  return (
    rule(21, delta !== "", `${event.type} is empty.`) ??
    rule(21, false, `${event.type} holds half of a surrogate pair.`)
  );
}
