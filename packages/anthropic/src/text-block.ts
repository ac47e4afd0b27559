import type { Anthropic } from "@anthropic-ai/sdk";
import type { ModelEvent } from "@runwire/core";
import type { Json } from "@runwire/core/protocol";
import type { BlockContext, BlockReader } from "./block-reader.ts";

type Citation = Anthropic.TextCitation;

/** What must go back with a text beside itself. */
export interface TextData {
  readonly citations: readonly Anthropic.TextCitationParam[];
}

/** A text, and the passages that it cites: each stands for the whole block, since Claude begins a new one with each. */
export function textBlock(ctx: BlockContext, block: Anthropic.TextBlock): BlockReader {
  const { id } = ctx;
  const citations: Citation[] = [];
  let open = false;

  function start(): readonly ModelEvent[] {
    if (open) return [];
    open = true;
    return [{ type: "text.started", id, ...(ctx.json && { format: "json" as const }) }];
  }

  function delta(text: string): readonly ModelEvent[] {
    return text === "" ? [] : [...start(), { type: "text.delta", id, delta: text }];
  }

  function cite(citation: Citation): readonly ModelEvent[] {
    citations.push(citation);
    return [...start(), toSource(citation, id)];
  }

  function close(): readonly ModelEvent[] {
    if (!open) return [];
    open = false;
    const data: TextData = { citations: citations.map(toParam) };
    const provider = { [ctx.key]: data as unknown as Json };
    return [{ type: "text.completed", id, ...(citations.length > 0 && { provider }) }];
  }

  return {
    start: [...delta(block.text ?? ""), ...(block.citations ?? []).flatMap(cite)],
    push(piece) {
      if (piece.type === "text_delta") return delta(piece.text);
      return piece.type === "citations_delta" ? cite(piece.citation) : [];
    },
    stop: close,
    cut: close,
  };
}

function toSource(citation: Citation, text: string): ModelEvent {
  const title = "title" in citation ? citation.title : titleOf(citation);
  const url = "url" in citation ? citation.url : "source" in citation ? citation.source : undefined;
  return {
    type: "source.added",
    text,
    ...(url && { url }),
    ...(title && { title }),
    ...(citation.cited_text && { quote: citation.cited_text }),
  };
}

/** A file by its name, and where in it. What is numbered from 0 has no number that a person would find there. */
function titleOf(citation: Exclude<Citation, { readonly title: string | null }>): string | null {
  const { document_title: title } = citation;
  if (citation.type !== "page_location") return title;
  const { start_page_number: first, end_page_number: end } = citation;
  const pages = end - first > 1 ? `pp. ${first}–${end - 1}` : `p. ${first}`;
  return title ? `${title}, ${pages}` : pages;
}

/** The API gives a citation a file's id, and does not take it back. */
function toParam(citation: Citation): Anthropic.TextCitationParam {
  if (!("file_id" in citation)) return citation;
  const { file_id: _, ...param } = citation;
  return param;
}
