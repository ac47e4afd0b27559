import type { ModelEvent } from "@runwire/core";
import type { JsonObject } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import type { ItemContext, ItemReader, OutputItem } from "./item-reader.ts";

type ImageCall = OpenAI.Responses.ResponseOutputItem.ImageGenerationCall;

/** A generated image: a file. The drafts that stream on the way are passed over. */
export function imageItem(ctx: ItemContext): ItemReader {
  return {
    push: () => [],
    done(item: OutputItem) {
      return item.type === "image_generation_call" ? [toFile(item, ctx.key)] : [];
    },
    cut: () => [],
  };
}

function toFile({ result, ...rest }: ImageCall, key: string): ModelEvent {
  if (!result) {
    const message = rest.error?.message ?? "The image could not be made.";
    return { type: "warning.raised", code: "image-generation", message };
  }
  const format = rest.output_format ?? "png";
  const mediaType = format === "svg" ? "image/svg+xml" : `image/${format}`;
  return {
    type: "file.added",
    mediaType,
    url: `data:${mediaType};base64,${result}`,
    provider: { [key]: rest as unknown as JsonObject },
  };
}
