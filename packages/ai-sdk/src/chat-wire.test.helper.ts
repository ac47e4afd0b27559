import { pieces } from "./messages-wire.test.helper.ts";

// Chat Completions, as OpenAI's documentation and its kin have it.

interface Ending {
  readonly reason?: string | null;
  readonly done?: boolean;
}

/** The bytes of one answer: a chunk for each delta, then the reason, the usage and the end. */
export function chatStream(
  deltas: readonly object[],
  { reason = "stop", done = true }: Ending = {},
): string {
  const chunk = (fields: object) => ({
    id: "chatcmpl_1",
    object: "chat.completion.chunk",
    created: 1_760_000_000,
    model: "qwen3",
    choices: [],
    ...fields,
  });
  const choice = (delta: object, finish_reason: string | null = null) =>
    chunk({ choices: [{ index: 0, delta, finish_reason }] });
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    prompt_tokens_details: { cached_tokens: 40 },
    completion_tokens_details: { reasoning_tokens: 5 },
  };
  const data = [
    ...deltas.map((delta) => choice(delta)),
    ...(reason === null ? [] : [choice({}, reason), chunk({ usage })]),
  ].map((value) => JSON.stringify(value));
  return [...data, ...(done ? ["[DONE]"] : [])].map((line) => `data: ${line}\n\n`).join("");
}

export function content(text: string): object[] {
  return pieces(text).map((content) => ({ content }));
}

/** Calls whose pieces take turns. */
export function toolCalls(
  calls: readonly { readonly name: string; readonly args: string }[],
): object[] {
  const strokes = calls.map(({ name, args }, index) => [
    { index, id: `call_${index}`, type: "function", function: { name, arguments: "" } },
    ...pieces(args).map((piece) => ({ index, function: { arguments: piece } })),
  ]);
  const longest = Math.max(...strokes.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) =>
    strokes.flatMap((stroke) => stroke.slice(at, at + 1)),
  )
    .flat()
    .map((call) => ({ tool_calls: [call] }));
}
