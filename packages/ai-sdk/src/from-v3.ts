import type {
  LanguageModelV3Message,
  LanguageModelV3ToolResultOutput,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolResultOutput,
} from "@ai-sdk/provider";
import type { ModelV3, ModelV4 } from "./options.ts";

type CallV3 = Parameters<ModelV3["doStream"]>[0];
type Part = Exclude<LanguageModelV4Message["content"], string>[number];
type PartV3 = Exclude<LanguageModelV3Message["content"], string>[number];
type Piece = Extract<LanguageModelV4ToolResultOutput, { type: "content" }>["value"][number];
type PieceV3 = Extract<LanguageModelV3ToolResultOutput, { type: "content" }>["value"][number];

/**
 * A model of version 3 as one of version 4. They differ in what they call files; what streams is the same, but for the
 * content of files, which `toUrl` takes as it is, and what version 3 does not have.
 */
export function fromV3(model: ModelV3): ModelV4 {
  const { provider, modelId, supportedUrls } = model;
  return {
    specificationVersion: "v4",
    provider,
    modelId,
    supportedUrls,
    async doStream({ prompt, reasoning: _, ...call }) {
      const { stream } = await model.doStream({
        ...(call as Omit<CallV3, "prompt">),
        prompt: prompt.map(toMessage),
      });
      return { stream: stream as ReadableStream<LanguageModelV4StreamPart> };
    },
  };
}

function toMessage(message: LanguageModelV4Message): LanguageModelV3Message {
  if (message.role === "system") return message;
  const content = (message.content as readonly Part[]).flatMap(toPart);
  return { ...message, content } as LanguageModelV3Message;
}

function toPart(part: Part): readonly PartV3[] {
  switch (part.type) {
    case "file": {
      const { data } = part;
      if (data.type === "data") return [{ ...part, data: data.data }];
      return data.type === "url" ? [{ ...part, data: data.url }] : [];
    }
    case "tool-result": {
      const { output } = part;
      if (output.type !== "content") return [{ ...part, output }];
      return [{ ...part, output: { ...output, value: output.value.map(toPiece) } }];
    }
    // No model of version 3 can have made these.
    case "reasoning-file":
    case "custom":
      return [];
    default:
      return [part];
  }
}

function toPiece(piece: Piece): PieceV3 {
  if (piece.type !== "file") return piece;
  const { mediaType, data, filename } = piece;
  const kind = mediaType.startsWith("image/") ? "image" : "file";
  if (data.type === "url") return { type: `${kind}-url`, url: data.url.href };
  // This package shows files by value or by address.
  const content = (data as { readonly data: string }).data;
  if (kind === "image") return { type: "image-data", mediaType, data: content };
  return { type: "file-data", mediaType, data: content, ...(filename && { filename }) };
}
