import type { Command, InboxEntry } from "../../protocol/command.ts";
import { isTerminal } from "../../protocol/event-types.ts";
import type { EventType, RunEvent } from "../../protocol/events.ts";
import type { Problem } from "./problem.ts";

/** What may answer a command, besides `command.rejected`. */
const answers: { readonly [T in Command["type"]]: readonly EventType[] } = {
  cancel: ["cancel.requested"],
  message: ["message.received"],
  approval: ["approval.resolved"],
  result: ["tool.completed", "tool.failed"],
};

/** Each command is answered once, by an event of its kind, in the order of the inbox; all of them when the run ended. */
export function checkCommands(
  events: readonly RunEvent[],
  inbox: readonly InboxEntry[],
): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (message: string, seq?: number): void => {
    problems.push({ check: "commands", message, ...(seq !== undefined && { seq }) });
  };
  const entries = new Map(inbox.map((entry) => [entry.command.id, entry]));
  const answered = new Set<number>();
  let last = 0;
  for (const event of events) {
    if (!("command" in event) || event.command === undefined) continue;
    const { type, seq, command: id } = event;
    const entry = entries.get(id);
    if (entry === undefined) {
      report(`${type} answers the command ${id}, which nobody sent.`, seq);
      continue;
    }
    const { n, command } = entry;
    if (answered.has(n)) report(`${type} answers the command ${id} once more.`, seq);
    else if (n < last) report(`The command ${id} is answered after a later one.`, seq);
    const fits = type === "command.rejected" || answers[command.type].includes(type);
    if (!fits) report(`${type} answers a ${command.type} command.`, seq);
    answered.add(n);
    last = Math.max(last, n);
  }
  const consumed = events.some(isTerminal) ? inbox.length : last;
  for (const { n, command } of inbox.slice(0, consumed)) {
    if (!answered.has(n)) report(`The ${command.type} command ${command.id} was never answered.`);
  }
  return problems;
}

/** A run whose cancel was accepted does not complete. */
export function checkCancel(events: readonly RunEvent[]): readonly Problem[] {
  const cancelled = events.some(({ type }) => type === "cancel.requested");
  const completed = events.find(({ type }) => type === "run.completed");
  if (!cancelled || completed === undefined) return [];
  return [{ check: "cancel", message: "A cancelled run completed.", seq: completed.seq }];
}

/** A run completes only if its model was asked again after the last message it accepted. */
export function checkMessages(events: readonly RunEvent[]): readonly Problem[] {
  const root = (wanted: EventType) =>
    events.findLast(({ type, scope }) => type === wanted && scope === undefined)?.seq ?? 0;
  const heard = root("message.received");
  const completed = root("run.completed");
  if (completed === 0 || heard < root("step.started")) return [];
  return heard === 0
    ? []
    : [{ check: "messages", message: "No step answers the last message.", seq: heard }];
}
