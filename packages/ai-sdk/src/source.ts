import type { LanguageModelV4Citation, LanguageModelV4Source } from "@ai-sdk/provider";
import type { ModelEvent } from "@runwire/core";

/** What a text cites: `text` is the adapter's id of it. */
export function toSource(citation: LanguageModelV4Citation, text: string): ModelEvent {
  const { source, startIndex: start, endIndex: end, citedText: quote } = citation;
  return {
    ...sourceAdded(source),
    text,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(quote && { quote }),
  };
}

/** What the answer as a whole draws on. */
export function sourceAdded(source: LanguageModelV4Source) {
  const title =
    source.sourceType === "document" ? source.title || source.filename : source.title || undefined;
  return {
    type: "source.added" as const,
    ...(source.sourceType === "url" && { url: source.url }),
    ...(title && { title }),
  };
}
