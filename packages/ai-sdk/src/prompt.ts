import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";
import type { Turn, TurnPart, TurnResult } from "@runwire/core";
import type { Content, Json } from "@runwire/core/protocol";
import { fileNote, isReadable, toFileData } from "./file-data.ts";
import {
  type CallData,
  type HostedData,
  type OpaqueData,
  type PartData,
  withOptions,
} from "./part-data.ts";
import { type WireIds, wireIds } from "./wire-ids.ts";

type Supported = { readonly [pattern: string]: readonly RegExp[] };
type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];
type JSONValue = Extract<LanguageModelV4ToolResultPart["output"], { type: "json" }>["value"];

/** The history as a prompt. What the provider gave with a part goes back with it. */
export function toPrompt(
  turns: readonly Turn[],
  instructions: string | undefined,
  supported: Supported,
): LanguageModelV4Prompt {
  const ids = wireIds();
  const prompt: LanguageModelV4Prompt =
    instructions === undefined ? [] : [{ role: "system", content: instructions }];
  for (const turn of turns) {
    if (turn.role === "user") {
      const content = turn.content.map((piece) => contentPart(piece, supported));
      prompt.push({ role: "user", content });
    } else if (turn.role === "assistant") {
      prompt.push({ role: "assistant", content: turn.parts.flatMap((part) => toParts(part, ids)) });
    } else {
      const content = turn.results.map((result) => resultPart(result, ids, supported));
      prompt.push({ role: "tool", content });
    }
  }
  return prompt;
}

function contentPart(
  content: Content,
  supported: Supported,
): LanguageModelV4TextPart | LanguageModelV4FilePart {
  if (content.type === "text") return { type: "text", text: content.text };
  const { mediaType, url, filename } = content;
  // The model can at least name it, or fetch it with a tool.
  if (!isReadable(url, mediaType, supported)) return { type: "text", text: fileNote(content) };
  const data = toFileData(url);
  return { type: "file", mediaType, data, ...(filename !== undefined && { filename }) };
}

function toParts(part: TurnPart, ids: WireIds): readonly AssistantPart[] {
  switch (part.type) {
    case "text":
    case "reasoning": {
      const { type, text, provider } = part;
      return [{ type, text, ...withOptions(provider as PartData | undefined) }];
    }
    case "call": {
      const data = part.provider as CallData | undefined;
      const { name: toolName, input } = part;
      const toolCallId = ids.assign(part, data?.id);
      return [{ type: "tool-call", toolCallId, toolName, input, ...withOptions(data) }];
    }
    case "hosted":
      return hostedParts(part);
    case "file": {
      const { type, mediaType, url, provider } = part;
      if (provider === undefined) return [{ type: "text", text: fileNote(part) }];
      const data = toFileData(url);
      return [{ type, mediaType, data, ...withOptions(provider as PartData) }];
    }
    case "opaque":
      return [opaquePart(part.provider as unknown as OpaqueData)];
  }
}

function hostedParts(part: Extract<TurnPart, { type: "hosted" }>): readonly AssistantPart[] {
  const data = part.provider as unknown as HostedData;
  const { id: toolCallId, result } = data;
  const { name: toolName, input } = part;
  const call = {
    type: "tool-call" as const,
    toolCallId,
    toolName,
    input,
    providerExecuted: true,
    ...withOptions(data),
  };
  if (result === undefined) return [call];
  const output =
    result.failure === undefined
      ? { type: "json" as const, value: toValue(part.output ?? null) }
      : { type: "error-json" as const, value: toValue(result.failure) };
  return [call, { type: "tool-result", toolCallId, toolName, output, ...withOptions(result) }];
}

function opaquePart(data: OpaqueData): AssistantPart {
  switch (data.type) {
    case "custom":
      return { type: data.type, kind: data.kind, ...withOptions(data) };
    case "reasoning-file": {
      const { type, mediaType, url } = data;
      return { type, mediaType, data: toFileData(url), ...withOptions(data) };
    }
    case "tool-result": {
      const { type, id: toolCallId, name: toolName } = data;
      const value = toValue(data.output);
      const output = { type: data.failed ? ("error-json" as const) : ("json" as const), value };
      return { type, toolCallId, toolName, output, ...withOptions(data) };
    }
  }
}

function resultPart(
  { id, name: toolName, content, failed }: TurnResult,
  ids: WireIds,
  supported: Supported,
): LanguageModelV4ToolResultPart {
  const part = { type: "tool-result" as const, toolCallId: ids.of(id), toolName };
  const texts = content.flatMap((piece) => (piece.type === "text" ? [piece.text] : []));
  // Files and an error cannot go together.
  if (failed || texts.length === content.length) {
    const type = failed ? ("error-text" as const) : ("text" as const);
    return { ...part, output: { type, value: texts.join("\n") } };
  }
  const value = content.map((piece) => contentPart(piece, supported));
  return { ...part, output: { type: "content", value } };
}

/** The same; the AI SDK's type of JSON is not read-only. */
function toValue(json: Json): JSONValue {
  return json as JSONValue;
}
