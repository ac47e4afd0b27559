import type { Part, RunState } from "@runwire/core/protocol";
import { idempotentTools } from "./agents.test.helper.ts";

/** What a run came to, as lines: what each process that tells the same story comes to, whatever happened to others. */
export function outline(state: RunState): readonly string[] {
  const scopes = [state, ...Object.values(state.scopes)];
  return [
    ...scopes.flatMap(({ messages }) => messages.flatMap(({ parts }) => parts.flatMap(line))),
    state.status,
  ];
}

/**
 * The expected outline, but for calls that read as interrupted in the actual one, and may: those that were under way
 * when a process died, and that nobody may make again.
 */
export function withInterrupted(
  expected: readonly string[],
  actual: readonly string[],
): readonly string[] {
  return expected.map((one, index) => {
    const [kind, name = ""] = one.split(" ");
    const cut = actual[index] === `tool ${name} interrupted`;
    return kind === "tool" && cut && !idempotentTools.has(name) ? `tool ${name} interrupted` : one;
  });
}

function line(part: Part): readonly string[] {
  if (part.type === "text" || part.type === "reasoning") return [`${part.type} ${part.text}`];
  if (part.type !== "tool") return [];
  const { name, status, input, output, error } = part;
  if (error?.code === "interrupted") return [`tool ${name} interrupted`];
  return [`tool ${name} ${status} ${JSON.stringify({ input, output, error })}`];
}
