import { isTerminal } from "../../protocol/event-types.ts";
import type { RunEvent } from "../../protocol/events.ts";
import { addUsage, noUsage, type Usage } from "../../protocol/usage.ts";
import { canonical } from "../assert.ts";
import type { Problem } from "./problem.ts";

/** Usage never falls, and the end tells the sum over all steps of all scopes, reverted ones included. */
export function checkUsage(events: readonly RunEvent[]): readonly Problem[] {
  const problems: Problem[] = [];
  let sum: Usage = noUsage;
  for (const event of events) {
    if (event.type === "step.completed" || event.type === "step.reverted") {
      const { seq, usage } = event;
      const negative = Object.entries(usage ?? {}).some(([, value]) => value < 0);
      if (negative) problems.push({ check: "usage", message: "Usage falls.", seq });
      sum = addUsage(sum, usage);
    } else if (isTerminal(event) && canonical(event.usage) !== canonical(sum)) {
      const message = `The steps add up to ${canonical(sum)}, not ${canonical(event.usage)}.`;
      problems.push({ check: "usage", message, seq: event.seq });
    }
  }
  return problems;
}
