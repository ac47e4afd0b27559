import type { Turn, TurnCall, TurnPart, TurnResult } from "@runwire/core";
import type { Content } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import type { CallData } from "./call-item.ts";
import { type HostedData, restoreHosted } from "./hosted-item.ts";
import type { MessageData } from "./message-item.ts";
import { type WireIds, wireIds } from "./wire-ids.ts";

type Item = OpenAI.Responses.ResponseInputItem;
type InputContent = OpenAI.Responses.ResponseInputContent;

/**
 * The history as input items. What OpenAI made goes back as it came; what another model made, as plain messages and
 * calls. `reasoning` false: the model refuses reasoning items.
 */
export function responseInput(turns: readonly Turn[], reasoning: boolean): Item[] {
  const ids = wireIds();
  const calls = new Map<string, CallData | undefined>();
  function toItems(turn: Turn): Item[] {
    switch (turn.role) {
      case "user":
        return [{ role: "user", content: turn.content.map(toInputContent) }];
      case "assistant": {
        for (const part of turn.parts) {
          if (part.type === "call") calls.set(part.id, part.provider as CallData | undefined);
        }
        const parts = turn.parts.filter((part) => reasoning || part.type !== "reasoning");
        return mergeMessages(parts.map((part) => toItem(part, ids)));
      }
      case "tool":
        return turn.results.map((result) => toOutput(result, ids, calls.get(result.id)));
    }
  }
  return turns.flatMap(toItems);
}

function toInputContent(content: Content): InputContent {
  if (content.type === "text") return { type: "input_text", text: content.text };
  const { mediaType, url, filename } = content;
  if (mediaType.startsWith("image/")) {
    return { type: "input_image", image_url: url, detail: "auto" };
  }
  return url.startsWith("data:")
    ? { type: "input_file", filename: filename ?? "file", file_data: url }
    : { type: "input_file", file_url: url };
}

function toItem(part: TurnPart, ids: WireIds): Item {
  switch (part.type) {
    case "text":
      return toMessage(part);
    case "reasoning":
    case "opaque":
      return raw(part.provider);
    case "hosted":
      return raw(restoreHosted(part.provider as HostedData, part.input, part.output));
    case "call":
      return toCall(part, ids);
    case "file": {
      const base64 = /^data:[^,]*;base64,(.*)$/s.exec(part.url)?.[1];
      if (part.provider !== undefined && base64 !== undefined) {
        return raw({ ...(part.provider as object), result: base64 });
      }
      // Only a user's message can show a model a file that it did not just make.
      return { role: "user", content: [toInputContent(part)] };
    }
  }
}

function toMessage({ text, refusal, provider }: Extract<TurnPart, { type: "text" }>): Item {
  if (provider === undefined) return { role: "assistant", content: text };
  const { annotations, ...data } = provider as unknown as MessageData;
  return {
    ...data,
    role: "assistant",
    content: [
      refusal
        ? { type: "refusal", refusal: text }
        : { type: "output_text", text, annotations: [...(annotations ?? [])] },
    ],
  };
}

/** Text parts that were one message become one again. */
function mergeMessages(items: readonly Item[]): Item[] {
  const merged: Item[] = [];
  for (const item of items) {
    const last = merged.at(-1);
    if (isOutput(item) && isOutput(last) && item.id === last.id) {
      merged[merged.length - 1] = { ...last, content: [...last.content, ...item.content] };
    } else {
      merged.push(item);
    }
  }
  return merged;
}

function isOutput(item: Item | undefined): item is OpenAI.Responses.ResponseOutputMessage {
  return item?.type === "message" && "id" in item && item.role === "assistant";
}

function toCall({ provider, ...call }: TurnCall, ids: WireIds): Item {
  const data = provider as CallData | undefined;
  const call_id = ids.assign(call, data?.call_id);
  const { name, input } = call;
  if (data?.type === "custom_tool_call") {
    return { ...data, type: "custom_tool_call", call_id, name, input: customText(input) };
  }
  const args = data?.arguments ?? JSON.stringify(input);
  return { ...data, type: "function_call", call_id, name, arguments: args };
}

/** A custom tool's input was text, and is that or the tool's one field. */
function customText(input: TurnCall["input"]): string {
  const value = typeof input === "object" && input !== null ? Object.values(input)[0] : input;
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

function toOutput(result: TurnResult, ids: WireIds, data: CallData | undefined): Item {
  const text = result.content.every((content) => content.type === "text");
  const output = text
    ? result.content.map((content) => (content.type === "text" ? content.text : "")).join("\n")
    : result.content.map(toInputContent);
  const type =
    data?.type === "custom_tool_call" ? "custom_tool_call_output" : "function_call_output";
  return { type, call_id: ids.of(result.id), output, ...(data?.caller && { caller: data.caller }) };
}

/** An item as the provider gave it. */
function raw(item: unknown): Item {
  return item as Item;
}
