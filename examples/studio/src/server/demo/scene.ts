import type { ModelRequest } from "@runwire/core";
import type { Message, ToolPart } from "@runwire/core/protocol";

/** What a scripted agent goes by: read off the history alone, so that any process would say the same. */
export interface Scene {
  /** The newest message of the person (or of the agent that delegated). */
  readonly ask: string;
  /** What was being worked on when `ask` came in between. */
  readonly before?: string;
  /** The calls made for them, oldest first. */
  readonly calls: readonly ToolPart[];
}

export function readScene({ messages }: ModelRequest): Scene {
  const last = messages.findLastIndex(isUser);
  const previous = messages.slice(0, Math.max(last, 0)).findLastIndex(isUser);
  const between = messages.slice(previous + 1, Math.max(last, 0));
  const ask = textOf(messages[last]);
  if (previous < 0 || !isUnfinished(between)) return { ask, calls: callsIn(messages.slice(last)) };
  return { ask, before: textOf(messages[previous]), calls: callsIn(messages.slice(previous)) };
}

/** The newest completed output of a tool; its shape is the tool's own. */
export function outputOf<T>({ calls }: Scene, tool: string): T | undefined {
  return calls.findLast(({ name, status }) => name === tool && status === "completed")?.output as
    | T
    | undefined;
}

/** The newest call of a tool that did not succeed. */
export function failureOf({ calls }: Scene, tool: string): ToolPart | undefined {
  const call = calls.findLast(({ name }) => name === tool);
  return call?.status === "failed" || call?.status === "denied" ? call : undefined;
}

const isUser = ({ role }: Message) => role === "user";

/** Ends in a call that was not answered by text yet, and that nobody stopped. */
function isUnfinished(messages: readonly Message[]): boolean {
  const part = messages
    .flatMap(({ parts }) => parts)
    .findLast(({ type }) => type === "text" || type === "tool");
  return part?.type === "tool" && part.error?.code !== "cancelled";
}

function callsIn(messages: readonly Message[]): readonly ToolPart[] {
  return messages.flatMap(({ parts }) => parts).filter((part) => part.type === "tool");
}

function textOf(message: Message | undefined): string {
  const texts = message?.parts.filter((part) => part.type === "text") ?? [];
  return texts.map(({ text }) => text).join("\n");
}
