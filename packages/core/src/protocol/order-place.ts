import { isKnown } from "./event-types.ts";
import type { EventType, RunEvent } from "./events.ts";
import { rule, type Violation } from "./order-rule.ts";
import type { Track } from "./order-track.ts";

/** What belongs to the run as a whole and has no scope. */
const ofTheRun: ReadonlySet<EventType> = new Set<EventType>([
  "run.started",
  "run.waiting",
  "run.resumed",
  "run.completed",
  "run.failed",
  "run.cancelled",
  "cancel.requested",
  "command.rejected",
]);

/** What needs no process (rule 6), closers and terminals included. Of `tool.completed` only a client's. */
const whileWaiting: ReadonlySet<EventType> = new Set<EventType>([
  "approval.resolved",
  "tool.completed",
  "tool.failed",
  "message.received",
  "cancel.requested",
  "command.rejected",
  "run.resumed",
  "run.completed",
  "run.failed",
  "run.cancelled",
]);

/** What begins something, or decides that it may begin (rule 23). */
const notAfterCancel: ReadonlySet<EventType> = new Set<EventType>([
  "run.waiting",
  "step.started",
  "tool.started",
  "agent.started",
  "agent.switched",
  "approval.requested",
  "approval.resolved",
  "message.received",
  "output.rejected",
]);

/** The rules about when and where an event of a type may stand at all: 2, 3, 6, 17 and 23. */
export function checkPlace(track: Track, event: RunEvent): Violation | undefined {
  const { type } = event;
  const unplaced =
    rule(2, track.started || type === "run.started", "A log begins with run.started.") ??
    rule(
      2,
      !track.started || type !== "run.started",
      "run.started stands only at the beginning.",
    ) ??
    rule(3, !track.ended, `${type} after the run's end.`);
  if (unplaced !== undefined || !isKnown(type)) return unplaced;
  return (
    checkScope(track, event) ??
    rule(6, !track.waiting || mayWait(track, event), `${type} while the run waits.`) ??
    rule(
      23,
      !track.cancelled || !notAfterCancel.has(type),
      `${type} after a cancel was accepted: only what ends the run may follow.`,
    )
  );
}

function mayWait(track: Track, event: RunEvent): boolean {
  if (event.type === "tool.completed") return track.calls.get(event.call)?.executor === "client";
  return whileWaiting.has(event.type);
}

function checkScope(track: Track, { type, scope }: RunEvent): Violation | undefined {
  if (scope === undefined || type === "agent.started") return undefined;
  const state = track.scopes.get(scope);
  return (
    rule(17, !ofTheRun.has(type), `${type} belongs to the run and has no scope.`) ??
    rule(
      17,
      state !== undefined,
      `${type} in the scope "${scope}", which no agent.started opened.`,
    ) ??
    rule(17, state?.closed === false, `${type} in the scope "${scope}", whose call has its result.`)
  );
}
