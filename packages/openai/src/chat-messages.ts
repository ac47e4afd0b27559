import type { Turn, TurnPart, TurnResult } from "@runwire/core";
import type { Content, JsonObject } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import { type WireIds, wireIds } from "./wire-ids.ts";

type Message = OpenAI.ChatCompletionMessageParam;
type ContentPart = OpenAI.ChatCompletionContentPart;
type FileContent = Extract<Content, { readonly type: "file" }>;

/** What goes back with a call: its id on the wire, and fields that only its server knows (thought signatures). */
export interface ChatCallData {
  readonly id?: string;
  readonly fields?: JsonObject;
}

/** The field of the message in which a server gave the reasoning, and wants it back. */
export interface ChatReasoningData {
  readonly field: "reasoning_content" | "reasoning";
}

/** OpenRouter's structured reasoning. It stands for the whole step and goes back in place of the text. */
interface ChatDetailsData {
  readonly reasoning_details: readonly JsonObject[];
}

/** The history as messages. */
export function chatMessages(turns: readonly Turn[], instructions: string | undefined): Message[] {
  const ids = wireIds();
  // `system` and not `developer`: OpenAI takes both, other servers know only this one.
  const messages: Message[] =
    instructions === undefined ? [] : [{ role: "system", content: instructions }];
  const thinks = thinkingTurns(turns);
  for (const [index, turn] of turns.entries()) {
    if (turn.role === "user") {
      messages.push({ role: "user", content: userContent(turn.content) });
    } else if (turn.role === "assistant") {
      messages.push(...assistantMessage(turn.parts, ids, thinks.has(index)));
    } else {
      messages.push(...resultMessages(turn.results, ids));
    }
  }
  return messages;
}

/**
 * The turns whose reasoning goes back: those between two user messages where any call was made. Servers that want
 * reasoning back want it there, and refuse a history without it; elsewhere they ignore it, or refuse it.
 * (api-docs.deepseek.com, "Thinking Mode", "Tool Calls")
 */
function thinkingTurns(turns: readonly Turn[]): ReadonlySet<number> {
  const thinks = new Set<number>();
  let exchange: number[] = [];
  let calls = false;
  const close = () => {
    if (calls) for (const index of exchange) thinks.add(index);
    exchange = [];
    calls = false;
  };
  for (const [index, turn] of turns.entries()) {
    if (turn.role === "user") close();
    else exchange.push(index);
    calls ||= turn.role === "tool";
  }
  close();
  return thinks;
}

function assistantMessage(parts: readonly TurnPart[], ids: WireIds, thinks: boolean): Message[] {
  const texts: string[] = [];
  const calls: OpenAI.ChatCompletionMessageFunctionToolCall[] = [];
  const thoughts = { reasoning_content: "", reasoning: "" };
  let details: ChatDetailsData | undefined;
  for (const part of parts) {
    switch (part.type) {
      case "text":
        texts.push(part.text);
        break;
      case "reasoning":
        thoughts[(part.provider as unknown as ChatReasoningData).field] += part.text;
        break;
      case "call": {
        const { name, input } = part;
        const data = part.provider as ChatCallData | undefined;
        calls.push({
          ...data?.fields,
          id: ids.assign(part, data?.id),
          type: "function",
          function: { name, arguments: JSON.stringify(input) },
        });
        break;
      }
      case "file":
        // An assistant's message holds text only.
        texts.push(fileNote(part));
        break;
      case "opaque":
        details = part.provider as unknown as ChatDetailsData;
        break;
      case "hosted":
        break;
    }
  }
  if (texts.length === 0 && calls.length === 0) return [];
  const reasoning =
    details ?? Object.fromEntries(Object.entries(thoughts).filter(([, text]) => text));
  return [
    {
      role: "assistant",
      content: texts.length === 0 ? null : texts.join("\n\n"),
      ...(calls.length > 0 && { tool_calls: calls }),
      ...(thinks && reasoning),
    },
  ];
}

/** One message per result. Images and files follow in a user's message, since a tool's message holds text only. */
function resultMessages(results: readonly TurnResult[], ids: WireIds): Message[] {
  const messages: Message[] = [];
  const shown: ContentPart[] = [];
  for (const { id, name, content } of results) {
    const files = content.filter((piece) => piece.type === "file");
    const texts = content.map((piece) => (piece.type === "text" ? piece.text : fileNote(piece)));
    messages.push({ role: "tool", tool_call_id: ids.of(id), content: texts.join("\n") });
    if (files.length > 0) {
      shown.push({ type: "text", text: `What ${name} returned:` }, ...files.map(filePart));
    }
  }
  return shown.length === 0 ? messages : [...messages, { role: "user", content: shown }];
}

/** Plain text where there is nothing else: not every server takes lists. */
function userContent(content: readonly Content[]): string | ContentPart[] {
  const texts = content.flatMap((piece) => (piece.type === "text" ? [piece.text] : []));
  if (texts.length === content.length) return texts.join("\n\n");
  return content.map((piece) =>
    piece.type === "text" ? { type: "text", text: piece.text } : filePart(piece),
  );
}

function filePart(file: FileContent): ContentPart {
  const { mediaType, url, filename } = file;
  if (mediaType.startsWith("image/")) return { type: "image_url", image_url: { url } };
  const base64 = /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1];
  const format = /^audio\/(?:x-)?(wav|mp3|mpeg)$/.exec(mediaType)?.[1];
  if (format !== undefined && base64 !== undefined) {
    const data = { data: base64, format: format === "wav" ? ("wav" as const) : ("mp3" as const) };
    return { type: "input_audio", input_audio: data };
  }
  if (url.startsWith("data:")) {
    return { type: "file", file: { filename: filename ?? "file", file_data: url } };
  }
  // This API takes files by value only: the model can at least name it, or fetch it with a tool.
  return { type: "text", text: fileNote(file) };
}

function fileNote({
  mediaType,
  url,
  filename,
}: FileContent | Extract<TurnPart, { type: "file" }>): string {
  const where = url.startsWith("data:") ? "" : ` at ${url}`;
  return `[file${filename === undefined ? "" : ` ${filename}`}, ${mediaType}${where}]`;
}
