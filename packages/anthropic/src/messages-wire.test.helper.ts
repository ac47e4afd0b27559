import type { Anthropic } from "@anthropic-ai/sdk";

type Event = Anthropic.RawMessageStreamEvent;
type Block = Anthropic.RawContentBlockStartEvent["content_block"];
type Delta = Anthropic.RawContentBlockDelta;
/** An event of the wire, or something that the types do not know (yet). */
export type Draft = Event | { readonly type: string; readonly [field: string]: unknown };

/** The bytes of Server-Sent Events as text; `eol` ends each line. */
export function sse(events: readonly Draft[], { eol = "\n" }: { readonly eol?: string } = {}) {
  return events
    .map((event) => `event: ${event.type}${eol}data: ${JSON.stringify(event)}${eol}${eol}`)
    .join("");
}

/** A text in pieces of at most `size` UTF-16 units. */
function pieces(text: string, size = 5): string[] {
  return text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
}

const usage: Anthropic.Usage = {
  input_tokens: 50,
  output_tokens: 1,
  cache_creation_input_tokens: 10,
  cache_read_input_tokens: 40,
  cache_creation: null,
  output_tokens_details: null,
  server_tool_use: null,
  service_tier: "standard",
  inference_geo: null,
  speed: null,
};

export const begin = (over: Partial<Anthropic.Message> = {}): Draft => ({
  type: "message_start",
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-opus-5-5",
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage,
    ...over,
  },
});

export const end = (
  stop_reason: Anthropic.StopReason | null = "end_turn",
  over: Partial<Anthropic.RawMessageDeltaEvent.Delta> = {},
): Draft[] => [
  {
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null, container: null, stop_details: null, ...over },
    usage: {
      input_tokens: null,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
      output_tokens: 20,
      output_tokens_details: { thinking_tokens: 5 },
      server_tool_use: null,
    },
  },
  { type: "message_stop" },
];

/** The bytes of one answer: what comes between its start and its end, with the pings that may come at any time. */
export function messageStream(
  blocks: readonly Draft[],
  ending: readonly Draft[] = end(),
  options: { readonly eol?: string } = {},
): string {
  const [first, ...rest] = blocks;
  const middle = first === undefined ? [] : [first, { type: "ping" }, ...rest];
  return sse([begin(), ...middle, ...ending], options);
}

/** One block, from its start to its stop. */
export function block(index: number, content_block: Block, deltas: readonly Delta[] = []): Draft[] {
  return [
    { type: "content_block_start", index, content_block },
    ...deltas.map((delta): Draft => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

export function text(
  index: number,
  whole: string,
  citations: readonly Anthropic.TextCitation[] = [],
): Draft[] {
  return block(index, { type: "text", text: "", citations: null }, [
    ...pieces(whole).map((text): Delta => ({ type: "text_delta", text })),
    ...citations.map((citation): Delta => ({ type: "citations_delta", citation })),
  ]);
}

export function thinking(index: number, whole: string, signature = "sig-1"): Draft[] {
  return block(index, { type: "thinking", thinking: "", signature: "" }, [
    ...pieces(whole).map((thinking): Delta => ({ type: "thinking_delta", thinking })),
    { type: "signature_delta", signature },
  ]);
}

const caller: Anthropic.DirectCaller = { type: "direct" };
const input = (json: string): Delta[] => [
  // The API begins each input with an empty piece.
  { type: "input_json_delta", partial_json: "" },
  ...pieces(json).map((partial_json): Delta => ({ type: "input_json_delta", partial_json })),
];

export function toolUse(index: number, name: string, json: string): Draft[] {
  const id = `toolu_${index}`;
  return block(index, { type: "tool_use", id, name, input: {}, caller }, input(json));
}

export function webSearch(
  index: number,
  query: string,
  content: Anthropic.WebSearchToolResultBlockContent,
): Draft[] {
  const id = `srvtoolu_${index}`;
  return [
    ...block(
      index,
      { type: "server_tool_use", id, name: "web_search", input: {}, caller },
      input(JSON.stringify({ query })),
    ),
    ...block(index + 1, { type: "web_search_tool_result", tool_use_id: id, content, caller }),
  ];
}

/** Calls whose pieces take turns: no server is known to do that, and blocks have an index so that one may. */
export function interleaved(
  calls: readonly { readonly name: string; readonly args: string }[],
): Draft[] {
  const strokes = calls.map(({ name, args }, index) => toolUse(index, name, args));
  const longest = Math.max(...strokes.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, at) =>
    strokes.flatMap((stroke) => stroke.slice(0, -1).slice(at, at + 1)),
  );
  return [...turns.flat(), ...strokes.flatMap((stroke) => stroke.slice(-1))];
}
