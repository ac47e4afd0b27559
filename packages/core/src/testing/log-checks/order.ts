import type { RunEvent } from "../../protocol/events.ts";
import { createVerifier } from "../../protocol/order.ts";
import type { Problem } from "./problem.ts";

/** The order rules. Only the first violation: what comes after it would be judged by a state that is wrong. */
export function checkOrder(
  events: readonly RunEvent[],
  epochs: readonly number[] | undefined,
  idempotent: (tool: string) => boolean,
): readonly Problem[] {
  const verifier = createVerifier({ idempotent });
  for (const [i, event] of events.entries()) {
    const broken = verifier.check(event, epochs?.[i]);
    if (broken === undefined) continue;
    const message = `Rule ${broken.rule}: ${broken.message}`;
    return [{ check: "order", message, seq: event.seq }];
  }
  return [];
}

/** Who says that it took the run up under an epoch wrote that under this epoch. */
export function checkEpochs(
  events: readonly RunEvent[],
  epochs: readonly number[],
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [i, event] of events.entries()) {
    const epoch = epochs[i];
    if (event.type !== "run.resumed" || event.epoch === epoch) continue;
    const message = `run.resumed of epoch ${event.epoch} was written under epoch ${epoch}.`;
    problems.push({ check: "epochs", message, seq: event.seq });
  }
  return problems;
}
