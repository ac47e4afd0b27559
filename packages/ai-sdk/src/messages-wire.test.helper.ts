// Anthropic's wire, as its documentation has it. (platform.claude.com, "Streaming messages")

/** An event of the wire. */
export interface Draft {
  readonly type: string;
  readonly [field: string]: unknown;
}

function sse(events: readonly Draft[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

/** A text in pieces of at most `size` UTF-16 units. */
export function pieces(text: string, size = 5): string[] {
  return text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
}

const begin: Draft = {
  type: "message_start",
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-opus-5-5",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: 50,
      output_tokens: 1,
      cache_creation_input_tokens: 10,
      cache_read_input_tokens: 40,
    },
  },
};

export const end = (stop_reason = "end_turn"): Draft[] => [
  {
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null },
    usage: { output_tokens: 20 },
  },
  { type: "message_stop" },
];

/** The bytes of one answer: what comes between its start and its end, with the pings that may come at any time. */
export function messageStream(blocks: readonly Draft[], ending: readonly Draft[] = end()): string {
  return sse([begin, { type: "ping" }, ...blocks, ...ending]);
}

/** One block, from its start to its stop. */
function block(index: number, content_block: object, deltas: readonly object[] = []): Draft[] {
  return [
    { type: "content_block_start", index, content_block },
    ...deltas.map((delta): Draft => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

export function text(index: number, whole: string): Draft[] {
  return block(
    index,
    { type: "text", text: "" },
    pieces(whole).map((text) => ({ type: "text_delta", text })),
  );
}

export function thinking(index: number, whole: string, signature = "sig-1"): Draft[] {
  return block(index, { type: "thinking", thinking: "", signature: "" }, [
    ...pieces(whole).map((thinking) => ({ type: "thinking_delta", thinking })),
    { type: "signature_delta", signature },
  ]);
}

export function redacted(index: number, data: string): Draft[] {
  return block(index, { type: "redacted_thinking", data });
}

export function toolUse(
  index: number,
  name: string,
  json: string,
  type: "tool_use" | "server_tool_use" = "tool_use",
): Draft[] {
  return block(index, { type, id: `toolu_${index}`, name, input: {} }, [
    { type: "input_json_delta", partial_json: "" },
    ...pieces(json).map((partial_json) => ({ type: "input_json_delta", partial_json })),
  ]);
}

export function webSearch(index: number, query: string, content: object): Draft[] {
  return [
    ...toolUse(index, "web_search", JSON.stringify({ query }), "server_tool_use"),
    ...block(index + 1, { type: "web_search_tool_result", tool_use_id: `toolu_${index}`, content }),
  ];
}
