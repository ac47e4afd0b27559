import type { OpenAI } from "openai";
import { pieces, sse } from "./sse.test.helper.ts";

type Response = OpenAI.Responses.Response;
type Item = OpenAI.Responses.ResponseOutputItem;
type Event = OpenAI.Responses.ResponseStreamEvent;
/** An event before its number. */
export type Draft = Event extends infer E
  ? E extends Event
    ? Omit<E, "sequence_number">
    : never
  : never;

const usage: OpenAI.Responses.ResponseUsage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40, cache_write_tokens: 0 },
  output_tokens: 20,
  output_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 120,
};

export function response(over: Partial<Response> = {}): Response {
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_760_000_000,
    model: "gpt-5",
    status: "completed",
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    output: [],
    output_text: "",
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    access_programs: null,
    usage,
    ...over,
  };
}

/** The bytes of one response: its events between `response.created` and an end. */
export function responseStream(
  drafts: readonly Draft[],
  end: Draft | null = completed(),
  options: { readonly eol?: string } = {},
): string {
  const all: Draft[] = [
    { type: "response.created", response: response({ status: "in_progress" }) },
    { type: "response.in_progress", response: response({ status: "in_progress" }) },
    ...drafts,
    ...(end === null ? [] : [end]),
  ];
  const numbered = all.map((event, sequence_number) => ({ ...event, sequence_number }));
  return sse(numbered, { named: true, ...options });
}

export const completed = (over: Partial<Response> = {}): Draft => ({
  type: "response.completed",
  response: response(over),
});

export const incomplete = (
  reason: NonNullable<OpenAI.Responses.Response.IncompleteDetails["reason"]>,
): Draft => ({
  type: "response.incomplete",
  response: response({ status: "incomplete", incomplete_details: { reason } }),
});

/** An item that begins and ends, with what streams between. */
export function item(
  output_index: number,
  done: Item,
  added: Item = done,
  between: readonly Draft[] = [],
): Draft[] {
  return [
    { type: "response.output_item.added", output_index, item: added },
    ...between,
    { type: "response.output_item.done", output_index, item: done },
  ];
}

type Message = OpenAI.Responses.ResponseOutputMessage;
type Text = OpenAI.Responses.ResponseOutputText;

export function message(
  output_index: number,
  text: string,
  over: {
    readonly annotations?: Text["annotations"];
    readonly phase?: NonNullable<Message["phase"]>;
  } = {},
): Draft[] {
  const { annotations = [], phase } = over;
  const item_id = `msg_${output_index}`;
  const at = { item_id, output_index, content_index: 0 };
  const part = (text: string, annotations: Text["annotations"]): Text => ({
    type: "output_text",
    text,
    annotations,
    logprobs: [],
  });
  const message = (status: Message["status"], content: Message["content"]): Message => ({
    id: item_id,
    type: "message",
    role: "assistant",
    status,
    content,
    ...(phase && { phase }),
  });
  return item(
    output_index,
    message("completed", [part(text, annotations)]),
    message("in_progress", []),
    [
      { type: "response.content_part.added", ...at, part: part("", []) },
      ...pieces(text).map(
        (delta): Draft => ({ type: "response.output_text.delta", ...at, delta, logprobs: [] }),
      ),
      ...annotations.map(
        (annotation, annotation_index): Draft => ({
          type: "response.output_text.annotation.added",
          ...at,
          annotation_index,
          annotation,
        }),
      ),
      { type: "response.output_text.done", ...at, text, logprobs: [] },
      { type: "response.content_part.done", ...at, part: part(text, annotations) },
    ],
  );
}

export function refusal(output_index: number, text: string): Draft[] {
  const item_id = `msg_${output_index}`;
  const at = { item_id, output_index, content_index: 0 };
  const done: Message = {
    id: item_id,
    type: "message",
    role: "assistant",
    status: "completed",
    content: [{ type: "refusal", refusal: text }],
  };
  return item(output_index, done, { ...done, status: "in_progress", content: [] }, [
    { type: "response.content_part.added", ...at, part: { type: "refusal", refusal: "" } },
    ...pieces(text).map((delta): Draft => ({ type: "response.refusal.delta", ...at, delta })),
    { type: "response.refusal.done", ...at, refusal: text },
  ]);
}

export function reasoning(
  output_index: number,
  summaries: readonly string[],
  encrypted_content: string | null = "enc-done",
): Draft[] {
  const id = `rs_${output_index}`;
  const summary = summaries.map((text) => ({ type: "summary_text" as const, text }));
  const done: Item = { id, type: "reasoning", summary, encrypted_content };
  return item(
    output_index,
    done,
    { id, type: "reasoning", summary: [], encrypted_content: "enc-partial" },
    [
      ...summaries.flatMap((text, summary_index): Draft[] => {
        const at = { item_id: id, output_index, summary_index };
        return [
          {
            type: "response.reasoning_summary_part.added",
            ...at,
            part: { type: "summary_text", text: "" },
          },
          ...pieces(text).map(
            (delta): Draft => ({ type: "response.reasoning_summary_text.delta", ...at, delta }),
          ),
          { type: "response.reasoning_summary_text.done", ...at, text },
        ];
      }),
    ],
  );
}

/** The call in three strokes, so that calls can be interleaved. */
function callStrokes(output_index: number, name: string, args: string): [Draft, Draft[], Draft[]] {
  const item_id = `fc_${output_index}`;
  const at = { item_id, output_index };
  const call: OpenAI.Responses.ResponseFunctionToolCall = {
    id: item_id,
    type: "function_call",
    call_id: `call_${output_index}`,
    name,
    arguments: args,
    status: "completed",
  };
  return [
    {
      type: "response.output_item.added",
      output_index,
      item: { ...call, arguments: "", status: "in_progress" },
    },
    pieces(args).map(
      (delta): Draft => ({ type: "response.function_call_arguments.delta", ...at, delta }),
    ),
    [
      { type: "response.function_call_arguments.done", ...at, arguments: args },
      { type: "response.output_item.done", output_index, item: call },
    ],
  ];
}

export function functionCall(output_index: number, name: string, args: string): Draft[] {
  const [added, deltas, done] = callStrokes(output_index, name, args);
  return [added, ...deltas, ...done];
}

/** Calls whose pieces come in turns. */
export function interleaved(
  calls: readonly { readonly name: string; readonly args: string }[],
): Draft[] {
  const strokes = calls.map(({ name, args }, index) => callStrokes(index, name, args));
  const longest = Math.max(...strokes.map(([, deltas]) => deltas.length));
  const rounds = Array.from({ length: longest }, (_, round) =>
    strokes.flatMap(([, deltas]) => deltas.slice(round, round + 1)),
  );
  return [
    ...strokes.map(([added]) => added),
    ...rounds.flat(),
    ...strokes.flatMap(([, , done]) => done),
  ];
}
