import type { ModelEvent } from "@runwire/core";
import type { FinishReason, JsonObject, Usage } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import { type CallDelta, chatCalls } from "./chat-calls.ts";
import type { ChatReasoningData } from "./chat-messages.ts";
import { type Asked, type ErrorBody, streamError } from "./errors.ts";
import type { Price } from "./options.ts";
import type { Reply } from "./read-reply.ts";
import { reasoningDetails } from "./reasoning-details.ts";
import { chatUsage } from "./usage.ts";

export interface ChatReplyContext {
  readonly asked: Asked;
  readonly key: string;
  readonly price: Price | undefined;
  readonly json: boolean;
}

type Chunk = OpenAI.ChatCompletionChunk;

/** A choice as servers send it: OpenAI's, and what others add to it. */
interface Choice {
  readonly index?: number;
  readonly finish_reason?: string | null;
  readonly delta?: Delta;
  readonly usage?: Chunk["usage"];
  readonly error?: ErrorBody | null;
}

interface Delta {
  readonly content?: string | readonly { readonly type: string; readonly text?: string }[] | null;
  readonly refusal?: string | null;
  /** DeepSeek, vLLM, Ark, Kimi, Qwen. */
  readonly reasoning_content?: string | null;
  /** OpenRouter, Ollama, Groq, newer vLLM. */
  readonly reasoning?: string | null;
  /** OpenRouter. */
  readonly reasoning_details?: readonly JsonObject[] | null;
  readonly tool_calls?: readonly CallDelta[] | null;
  /** Search models. */
  readonly annotations?: readonly Annotation[] | null;
  /** OpenRouter's image models. */
  readonly images?: readonly { readonly image_url?: { readonly url?: string } }[] | null;
}

interface Annotation {
  readonly type: string;
  readonly url_citation?: {
    readonly url?: string;
    readonly title?: string;
    readonly start_index?: number;
    readonly end_index?: number;
  };
}

type Kind = "text" | "refusal" | ChatReasoningData["field"];

/** One answer of Chat Completions: choice 0 of it. A part lasts until another kind of delta begins the next. */
export function chatReply(ctx: ChatReplyContext): Reply<Chunk> {
  const calls = chatCalls(ctx.key);
  const details = reasoningDetails();
  let parts = 0;
  let open: { readonly id: string; readonly kind: Kind } | undefined;
  let text: string | undefined;
  let refused = false;
  let reason: string | undefined;
  let usage: Usage | undefined;
  let complete = false;

  function close(): readonly ModelEvent[] {
    if (open === undefined) return [];
    const { id, kind } = open;
    open = undefined;
    if (kind === "text" || kind === "refusal") return [{ type: "text.completed", id }];
    const provider = { [ctx.key]: { field: kind } };
    return [{ type: "reasoning.completed", id, provider }];
  }

  function delta(kind: Kind, piece: string | null | undefined): readonly ModelEvent[] {
    if (typeof piece !== "string" || piece === "") return [];
    if (open?.kind === kind) return [deltaOf(kind, open.id, piece)];
    const events = [...close()];
    const id = `p${parts++}`;
    open = { id, kind };
    if (kind === "text" || kind === "refusal") {
      text = id;
      refused ||= kind === "refusal";
      events.push({
        type: "text.started",
        id,
        ...(kind === "refusal" && { refusal: true as const }),
        ...(kind === "text" && ctx.json && { format: "json" as const }),
      });
    } else {
      events.push({ type: "reasoning.started", id });
    }
    return [...events, deltaOf(kind, id, piece)];
  }

  function pushDelta(said: Delta): readonly ModelEvent[] {
    details.push(said.reasoning_details ?? []);
    const events = [
      // Where a server sends both, they are the same.
      ...(said.reasoning_content
        ? delta("reasoning_content", said.reasoning_content)
        : delta("reasoning", said.reasoning)),
      ...delta("text", textOf(said.content)),
      ...delta("refusal", said.refusal),
    ];
    for (const annotation of said.annotations ?? []) events.push(...toSource(annotation, text));
    for (const image of said.images ?? []) events.push(...toFile(image.image_url?.url));
    if (said.tool_calls?.length) {
      events.push(...close());
      for (const call of said.tool_calls) events.push(...calls.push(call));
    }
    return events;
  }

  return {
    push(chunk) {
      const choices = (chunk.choices ?? []) as readonly Choice[];
      const choice = choices.find(({ index = 0 }) => index === 0);
      if (choice?.error) throw streamError(choice.error, ctx.asked, usage);
      const counted = chunk.usage ?? choice?.usage;
      if (counted) usage = chatUsage(counted, ctx.price);
      const events = choice?.delta ? pushDelta(choice.delta) : [];
      if (choice?.finish_reason) reason = choice.finish_reason;
      if (reason !== undefined && brokenReasons.has(reason)) {
        throw streamError({ type: reason, message: "The server gave up." }, ctx.asked, usage);
      }
      // Usage comes with the end of the answer or after it, and nothing comes after that.
      complete = reason !== undefined && Boolean(counted);
      return events;
    },
    get ended() {
      return complete;
    },
    finish() {
      if (reason === undefined) return undefined;
      const finishReason = toFinishReason(reason, calls.size > 0, refused);
      const cut = finishReason === "length" || finishReason === "content-filter";
      const kept = details.all();
      return [
        ...close(),
        ...calls.finish(cut),
        ...(kept.length === 0 ? [] : [opaque({ reasoning_details: kept })]),
        { type: "finish", finishReason, usage: usage ?? chatUsage(undefined, ctx.price) },
      ];
    },
  };

  function opaque(data: JsonObject): ModelEvent {
    return { type: "opaque.added", provider: { [ctx.key]: data } };
  }
}

function deltaOf(kind: Kind, id: string, delta: string): ModelEvent {
  return kind === "text" || kind === "refusal"
    ? { type: "text.delta", id, delta }
    : { type: "reasoning.delta", id, delta };
}

function textOf(content: Delta["content"]): string {
  if (typeof content === "string") return content;
  return (content ?? []).map(({ type, text }) => (type === "text" ? (text ?? "") : "")).join("");
}

function toSource({ url_citation: cited }: Annotation, text: string | undefined): ModelEvent[] {
  if (cited?.url === undefined) return [];
  const { url, title, start_index: start, end_index: end } = cited;
  return [
    {
      type: "source.added",
      url,
      ...(title !== undefined && { title }),
      ...(text !== undefined && { text }),
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
    },
  ];
}

function toFile(url: string | undefined): ModelEvent[] {
  if (url === undefined) return [];
  const mediaType = /^data:([^;,]+)/.exec(url)?.[1] ?? "image/png";
  return [{ type: "file.added", mediaType, url }];
}

/** How OpenRouter, DeepSeek and Zhipu say that they broke down, with a status of 200. */
const brokenReasons = new Set(["error", "insufficient_system_resource", "network_error"]);

const reasons: { readonly [reason: string]: FinishReason } = {
  stop: "stop",
  end_turn: "stop",
  eos: "stop",
  stop_sequence: "stop",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
  length: "length",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  content_filter: "content-filter",
  sensitive: "content-filter",
  refusal: "refusal",
};

/** Many servers end a response that calls tools with `stop`. */
function toFinishReason(reason: string, calls: boolean, refused: boolean): FinishReason {
  const known = reasons[reason] ?? "other";
  if (known !== "stop" && known !== "tool-calls") return known;
  if (calls) return "tool-calls";
  return refused ? "refusal" : "stop";
}
