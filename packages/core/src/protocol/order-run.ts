import type { EventOf, TerminalType, Wait } from "./events.ts";
import type { Message } from "./message.ts";
import { isId, rule, type Violation } from "./order-rule.ts";
import { awaitsResult, type Track } from "./order-track.ts";
import { applyPatch } from "./patch.ts";
import { ProtocolError } from "./protocol-error.ts";

export function checkStart(event: EventOf<"run.started">): Violation | undefined {
  return (
    rule(22, isId(event.run), "The run's id is no valid id.") ??
    rule(22, isId(event.thread), "The thread's id is no valid id.") ??
    rule(
      22,
      event.previous === undefined || isId(event.previous),
      "The previous run's id is no valid id.",
    ) ??
    newMessages(new Map(), event.messages)
  );
}

export function checkEnd(track: Track, event: EventOf<TerminalType>): Violation | undefined {
  for (const [id, scope] of track.scopes) {
    const where = nameOf(id);
    const broken =
      rule(4, scope.step === undefined, `${event.type} while a step is open in ${where}.`) ??
      rule(
        4,
        scope.unsettled.size === 0,
        `${event.type} while calls of ${where} are not settled: ${[...scope.unsettled.keys()].join(", ")}.`,
      );
    if (broken !== undefined) return broken;
  }
  return rule(
    23,
    !track.cancelled || event.type !== "run.completed",
    "A run whose cancel was accepted does not complete.",
  );
}

export function checkWaiting(track: Track, event: EventOf<"run.waiting">): Violation | undefined {
  for (const [id, { step }] of track.scopes) {
    if (step !== undefined)
      return rule(5, false, `run.waiting while ${nameOf(id)} has an open step.`);
  }
  const expected = new Set<string>();
  for (const call of unsettled(track)) {
    if (call.status === "running" && !call.agent) {
      return rule(5, false, `run.waiting while the call "${call.call}" runs.`);
    }
    if (call.status === "approval" && call.approval !== undefined) {
      const { id, expiresAt } = call.approval;
      expected.add(
        keyOf({
          type: "approval",
          id,
          call: call.call,
          ...(expiresAt !== undefined && { expiresAt }),
        }),
      );
    } else if (awaitsResult(call)) {
      expected.add(keyOf({ type: "result", call: call.call }));
    }
  }
  const given = new Set(event.for.map(keyOf));
  return (
    rule(5, event.for.length > 0, "run.waiting waits for nothing.") ??
    rule(
      5,
      given.size === event.for.length &&
        given.size === expected.size &&
        [...given].every((wait) => expected.has(wait)),
      `run.waiting must wait for exactly ${[...expected].join(", ") || "nothing"}.`,
    )
  );
}

function keyOf(wait: Wait): string {
  return wait.type === "result"
    ? JSON.stringify([wait.type, wait.call])
    : JSON.stringify([wait.type, wait.id, wait.call, wait.expiresAt]);
}

function* unsettled(track: Track) {
  for (const scope of track.scopes.values()) yield* scope.unsettled.values();
}

export function checkResumed(track: Track, event: EventOf<"run.resumed">): Violation | undefined {
  return rule(
    7,
    event.epoch > track.resumed,
    `run.resumed has epoch ${event.epoch}, and ${track.resumed} was before.`,
  );
}

export function checkPatch(track: Track, event: EventOf<"state.changed">): Violation | undefined {
  try {
    applyPatch(track.state, event.patch);
    return undefined;
  } catch (error) {
    return rule(20, false, ProtocolError.is(error) ? error.message : "The patch is no JSON Patch.");
  }
}

/** Rules 11 and 22 for messages that come whole. */
export function newMessages(
  known: ReadonlyMap<string, unknown>,
  messages: readonly Message[],
): Violation | undefined {
  const seen = new Set<string>();
  for (const { id } of messages) {
    const broken =
      rule(22, isId(id), `${JSON.stringify(id)} is no valid message id.`) ??
      rule(11, !known.has(id) && !seen.has(id), `There already is a message "${id}".`);
    if (broken !== undefined) return broken;
    seen.add(id);
  }
  return undefined;
}

function nameOf(scope: string | undefined): string {
  return scope === undefined ? "the run" : `the sub-agent "${scope}"`;
}
