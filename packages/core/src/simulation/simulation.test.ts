import "./virtual-time.ts";

import { expect, test } from "vitest";
import type { RunEvent } from "../protocol/events.ts";
import { simulate } from "./simulate.ts";

// SIM_RUNS=10000 for a night, SIM_FROM=<seed> SIM_RUNS=1 for the seed that failed.
const runs = Number(process.env.SIM_RUNS ?? 300);
const from = Number(process.env.SIM_FROM ?? 0);

test("every promise is kept, whatever crashes, stands still or gets lost", {
  timeout: 60_000 + runs * 200,
}, async () => {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (let seed = from; seed < from + runs; seed++) {
    const report = await simulate({ seed });
    problems.push(...report.problems);
    for (const event of report.logs.flat()) seen.add(kindOf(event));
  }
  expect(problems).toEqual([]);
  // Otherwise it was too quiet to show anything.
  if (runs >= 300) expect([...seen].sort()).toEqual(expect.arrayContaining(expected));
});

/** What the event shows that can happen. */
function kindOf(event: RunEvent): string {
  switch (event.type) {
    case "run.resumed":
      return `resumed by ${event.cause}`;
    case "step.reverted":
      return `reverted for ${event.reason}`;
    case "tool.failed":
      return `failed: ${event.error.code}`;
    case "tool.started":
      return event.attempt > 1 ? "repeated" : "started";
    case "approval.resolved":
      return event.expired ? "expired" : event.approved ? "approved" : "denied";
    default:
      return event.type;
  }
}

const expected = [
  ...["input", "timer", "recovery", "handover", "steal"].map((cause) => `resumed by ${cause}`),
  ...["retry", "recovery"].map((reason) => `reverted for ${reason}`),
  ...["interrupted", "timeout", "tool-error", "invalid-input", "cancelled"].map(
    (code) => `failed: ${code}`,
  ),
  ...["repeated", "expired", "approved", "denied"],
  ...["run.completed", "run.cancelled", "run.waiting", "cancel.requested", "command.rejected"],
  ...["message.received", "agent.started", "agent.switched", "data.emitted", "state.changed"],
];
