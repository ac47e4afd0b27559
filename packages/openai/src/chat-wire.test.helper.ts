import type { OpenAI } from "openai";
import { pieces, sse } from "./sse.test.helper.ts";

export const chatUsage: OpenAI.CompletionUsage = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 40 },
  completion_tokens_details: { reasoning_tokens: 5 },
};

/** A chunk with one choice. `delta` takes what other servers than OpenAI send, too. */
export function chunk(
  delta: object,
  finish_reason: string | null = null,
  over: object = {},
): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_760_000_000,
    model: "gpt-4.1",
    choices: [{ index: 0, delta, finish_reason, logprobs: null }],
    ...over,
  };
}

export const usageChunk = { ...chunk({}), choices: [], usage: chatUsage };

export interface ChatEnd {
  /** Default `stop`; `null`: none. */
  readonly reason?: string | null;
  readonly usage?: boolean;
  readonly done?: boolean;
  readonly eol?: string;
}

/** The bytes of one answer: its deltas and an end. */
export function chatStream(deltas: readonly object[], end: ChatEnd = {}): string {
  const { reason = "stop", usage = true, done = true, eol = "\n" } = end;
  return sse(
    [
      chunk({ role: "assistant", content: "" }),
      ...deltas.map((delta) => chunk(delta)),
      ...(reason === null ? [] : [chunk({}, reason)]),
      ...(usage ? [usageChunk] : []),
      ...(done ? ["[DONE]"] : []),
    ],
    { eol },
  );
}

export const content = (text: string): object[] => pieces(text).map((content) => ({ content }));

/** Calls whose pieces come in turns, as OpenAI writes them: id and name once, then only the index. */
export function toolCalls(
  calls: readonly { readonly name: string; readonly args: string }[],
): object[] {
  const rows = calls.map(({ name, args }, index) => [
    { index, id: `call_${index}`, type: "function", function: { name, arguments: "" } },
    ...pieces(args).map((piece) => ({ index, function: { arguments: piece } })),
  ]);
  const longest = Math.max(...rows.map((row) => row.length));
  return Array.from({ length: longest }, (_, round) =>
    rows.flatMap((row) => row.slice(round, round + 1)),
  )
    .flat()
    .map((call) => ({ tool_calls: [call] }));
}
