import type { ThreadSnapshot } from "@runwire/client";
import { foldAll, type Message, type RunState } from "@runwire/core/protocol";
import type { UIMessage } from "ai";
import { runwireEvents, thread } from "./wires.ts";

/** The run of the earlier messages. */
export const before = "run_before";
export const earlierText =
  "What was said before, in a sentence or two that are long enough to matter.";

/** A conversation of one settled run with so many messages. */
export function runwireHistory(count: number): ThreadSnapshot {
  if (count === 0) return { thread, runs: [], chain: [] };
  const settled = foldAll(runwireEvents([])) as RunState;
  const messages = Array.from(
    { length: count },
    (_, index): Message => ({
      id: `e${index}`,
      role: index % 2 === 0 ? "user" : "assistant",
      parts: [{ type: "text", text: earlierText, ...(index % 2 === 1 && { id: `p${index}` }) }],
    }),
  );
  const state: RunState = { ...settled, run: before, messages };
  const info = { run: before, thread, agent: "assistant", tail: settled.seq, createdAt: 0 };
  return { thread, head: info.run, runs: [{ ...info, status: "ended" }], chain: [state] };
}

/** The same conversation as the AI SDK has it. */
export function aiSdkHistory(count: number): UIMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `e${index}`,
    role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
    parts: [{ type: "text" as const, text: earlierText }],
  }));
}
