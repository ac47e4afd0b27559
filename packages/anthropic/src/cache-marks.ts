import type { Anthropic } from "@anthropic-ai/sdk";
import type { InputMessage } from "./message-input.ts";

type Mark = Anthropic.CacheControlEphemeral;

/**
 * Marks the ends of what the next request will begin with: the last block of the newest message, and of the user's
 * message before it. The second one is where the request before this one ended: the provider looks for an end only some
 * 20 blocks back, and a step may have more. With the marks of tools and instructions these are the four that a request
 * may have. (platform.claude.com, "Prompt caching")
 */
export function markMessages(messages: readonly InputMessage[], mark: Mark): InputMessage[] {
  const marked = [...messages];
  const users = messages.flatMap(({ role }, index) => (role === "user" ? [index] : []));
  for (const index of users.slice(-2)) {
    const { role, content } = messages[index] as InputMessage;
    marked[index] = { role, content: markLast(content, mark) };
  }
  return marked;
}

/** The same list, its last entry marked. */
export function markLast<T extends object>(entries: readonly T[], mark: Mark): T[] {
  return entries.map((entry, index) =>
    index === entries.length - 1 ? { ...entry, cache_control: mark } : entry,
  );
}
