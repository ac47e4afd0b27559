import type { RunError } from "../protocol/errors.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { ScopeState } from "../protocol/state.ts";
import { settled } from "./calls.ts";

/**
 * What must come before a step that failed can be committed: its open parts stay as they are, and none of its calls
 * will run. Read off the state, so it closes what got into the log and nothing else.
 */
export function closeStep(scope: ScopeState | undefined, error: RunError): readonly NewEvent[] {
  const open = scope?.step;
  const message = scope?.messages.findLast(({ id }) => id === open?.message);
  const events: NewEvent[] = [];
  for (const part of message?.parts ?? []) {
    if (part.type === "data" || part.step !== open?.step) continue;
    if (part.type === "tool") {
      const { call, name } = part;
      if (!settled(part)) events.push({ type: "tool.failed", call, name, error });
    } else if (part.open && part.id !== undefined) {
      const type = part.type === "reasoning" ? "reasoning.completed" : "text.completed";
      events.push({ type, id: part.id });
    }
  }
  return events;
}
