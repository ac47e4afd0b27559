import type { InboxEntry } from "../protocol/command.ts";
import type { RunEvent } from "../protocol/events.ts";
import { checkApprovals } from "./log-checks/approvals.ts";
import { checkCancel, checkCommands, checkMessages } from "./log-checks/commands.ts";
import { checkEffects, type Effect } from "./log-checks/effects.ts";
import { checkEpochs, checkOrder } from "./log-checks/order.ts";
import type { Problem } from "./log-checks/problem.ts";
import { checkUsage } from "./log-checks/usage.ts";

/** A run's log, and what is known of it from elsewhere. What is not given is not checked. */
export interface CheckedLog {
  /** From the first one on, open or ended. */
  readonly events: readonly RunEvent[];
  /** The epoch of each event. */
  readonly epochs?: readonly number[];
  /** All commands that the run was ever sent. */
  readonly inbox?: readonly InboxEntry[];
  /** The effects that its tools had, in the order they had them. */
  readonly ledger?: readonly Effect[];
  /** Whether a tool's cut call may run again. Default: none may. */
  readonly idempotent?: (tool: string) => boolean;
}

/**
 * Everything a log must keep whatever crashed while it was written; for the end of every test that makes one. The order
 * rules, and what no single event shows: commands are answered once each, a cancel is final, messages are heard,
 * approvals expire rightly, usage adds up, and tools had no effect that the log does not know of.
 */
export function checkLog(log: CheckedLog): readonly Problem[] {
  const { events, epochs, inbox, ledger, idempotent = () => false } = log;
  return [
    ...checkOrder(events, epochs, idempotent),
    ...(epochs === undefined ? [] : checkEpochs(events, epochs)),
    ...(inbox === undefined ? [] : checkCommands(events, inbox)),
    ...checkCancel(events),
    ...checkMessages(events),
    ...checkApprovals(events, inbox),
    ...checkUsage(events),
    ...(ledger === undefined ? [] : checkEffects(events, ledger, idempotent)),
  ];
}
