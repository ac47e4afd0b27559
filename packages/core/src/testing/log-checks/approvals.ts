import type { InboxEntry } from "../../protocol/command.ts";
import type { EventOf, RunEvent } from "../../protocol/events.ts";
import type { Problem } from "./problem.ts";

/** An approval expires if, and only if, no answer to it was sent in time. Store time decides, not when it is read. */
export function checkApprovals(
  events: readonly RunEvent[],
  inbox: readonly InboxEntry[] = [],
): readonly Problem[] {
  const problems: Problem[] = [];
  const deadlines = new Map<string, number>();
  for (const event of events) {
    if (event.type === "approval.requested") {
      deadlines.set(event.id, event.expiresAt ?? Number.POSITIVE_INFINITY);
    }
    if (event.type !== "approval.resolved") continue;
    const deadline = deadlines.get(event.id) ?? Number.POSITIVE_INFINITY;
    const message = event.expired
      ? wronglyExpired(event, deadline, inbox)
      : wronglyAnswered(event, deadline, inbox);
    if (message !== undefined) problems.push({ check: "approvals", message, seq: event.seq });
  }
  return problems;
}

type Resolved = EventOf<"approval.resolved">;

function wronglyExpired(
  { id, at }: Resolved,
  deadline: number,
  inbox: readonly InboxEntry[],
): string | undefined {
  if (at < deadline) return `The approval ${id} expired ${deadline - at} ms too early.`;
  const inTime = inbox.find(
    ({ command, at }) => command.type === "approval" && command.approval === id && at < deadline,
  );
  return inTime && `The approval ${id} expired, though ${inTime.command.id} answered it in time.`;
}

function wronglyAnswered(
  { id, command }: Resolved,
  deadline: number,
  inbox: readonly InboxEntry[],
): string | undefined {
  const late = inbox.some((entry) => entry.command.id === command && entry.at >= deadline);
  return late ? `The approval ${id} was answered after it had expired.` : undefined;
}
