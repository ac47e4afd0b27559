import type { RunEvent } from "../../protocol/events.ts";
import type { Problem } from "./problem.ts";

/** What a tool writes down when its effect happens: outside of the log, by itself. */
export interface Effect {
  readonly call: string;
  readonly attempt: number;
}

/**
 * Each effect had its intent in the log, each intent had one effect at most, and a call of a tool that is not idempotent
 * had one at most in all.
 */
export function checkEffects(
  events: readonly RunEvent[],
  ledger: readonly Effect[],
  idempotent: (tool: string) => boolean,
): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (message: string): void => {
    problems.push({ check: "effects", message });
  };
  const intents = new Map<string, string>();
  for (const event of events) {
    if (event.type === "tool.started") intents.set(`${event.call} ${event.attempt}`, event.name);
  }
  const seen = new Set<string>();
  for (const { call, attempt } of ledger) {
    const intent = `${call} ${attempt}`;
    const tool = intents.get(intent);
    if (tool === undefined) {
      report(`Attempt ${attempt} of the call ${call} had an effect without a logged intent.`);
    } else if (seen.has(intent)) {
      report(`Attempt ${attempt} of the call ${call} had its effect twice.`);
    } else if (!idempotent(tool) && seen.has(call)) {
      report(`The call ${call} of ${tool}, which is not idempotent, had two effects.`);
    }
    seen.add(intent).add(call);
  }
  return problems;
}
