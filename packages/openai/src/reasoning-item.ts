import type { ModelEvent } from "@runwire/core";
import type { Json } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import type { ItemContext, ItemReader, OutputItem, ResponseEvent } from "./item-reader.ts";

type Reasoning = OpenAI.Responses.ResponseReasoningItem;

/** A reasoning item: one part, its summaries (or its open text, where a model shows it) joined by empty lines. */
export function reasoningItem(ctx: ItemContext): ItemReader {
  const { id } = ctx;
  /** The piece that streams: a summary or a text, by its index. */
  let piece: string | undefined;
  let open = false;

  function start(): readonly ModelEvent[] {
    if (open) return [];
    open = true;
    return [{ type: "reasoning.started", id }];
  }

  function delta(from: string, text: string): readonly ModelEvent[] {
    if (text === "") return [];
    const gap = piece !== undefined && piece !== from ? "\n\n" : "";
    piece = from;
    return [...start(), { type: "reasoning.delta", id, delta: gap + text }];
  }

  function whole({ summary, content }: Reasoning): readonly ModelEvent[] {
    if (piece !== undefined) return [];
    const texts = (summary ?? []).length > 0 ? summary : (content ?? []);
    return texts.flatMap(({ text }, index) => delta(String(index), text));
  }

  function close(provider?: Json): readonly ModelEvent[] {
    if (!open) return [];
    open = false;
    return [
      {
        type: "reasoning.completed",
        id,
        ...(provider !== undefined && { provider: { [ctx.key]: provider } }),
      },
    ];
  }

  return {
    push(event: ResponseEvent) {
      switch (event.type) {
        case "response.output_item.added":
          return start();
        case "response.reasoning_summary_text.delta":
          return delta(`summary ${event.summary_index}`, event.delta);
        case "response.reasoning_text.delta":
          return delta(`text ${event.content_index}`, event.delta);
        default:
          return [];
      }
    },
    done(item: OutputItem) {
      if (item.type !== "reasoning") return close();
      const events = [...start(), ...whole(item)];
      // An item without its content is only a name, and nobody knows the names of what was not stored.
      const complete = Boolean(item.encrypted_content) || (item.content ?? []).length > 0;
      return [...events, ...close(complete || ctx.stored ? (item as unknown as Json) : undefined)];
    },
    cut: () => close(),
  };
}
