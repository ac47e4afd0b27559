import type { ModelEvent } from "@runwire/core";
import type { Json } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import type { ItemContext, ItemReader, OutputItem, ResponseEvent } from "./item-reader.ts";

type Message = OpenAI.Responses.ResponseOutputMessage;
type Annotation = OpenAI.Responses.ResponseOutputText["annotations"][number];

/** What must go back with a text beside itself; the text is not kept twice. */
export interface MessageData {
  readonly type: "message";
  readonly id: string;
  readonly status: Message["status"];
  readonly phase?: NonNullable<Message["phase"]>;
  readonly annotations?: readonly Annotation[];
}

interface OpenPart {
  readonly id: string;
  readonly refusal: boolean;
  sources: number;
}

/** A message: each of its content parts, text or refusal, is a text part. */
export function messageItem(ctx: ItemContext, phase?: Message["phase"]): ItemReader {
  const parts = new Map<number, OpenPart>();

  function delta(index: number, text: string, refusal: boolean): readonly ModelEvent[] {
    if (text === "") return [];
    const open = parts.get(index);
    if (open !== undefined) return [{ type: "text.delta", id: open.id, delta: text }];
    const id = `${ctx.id}.${index}`;
    parts.set(index, { id, refusal, sources: 0 });
    // What a model remarks on its way is not yet the answer.
    const json = ctx.json && !refusal && phase !== "commentary";
    return [
      {
        type: "text.started",
        id,
        ...(refusal && { refusal: true as const }),
        ...(json && { format: "json" as const }),
      },
      { type: "text.delta", id, delta: text },
    ];
  }

  function source(index: number, annotation: Annotation | null): readonly ModelEvent[] {
    const part = parts.get(index);
    if (part === undefined || annotation === null) return [];
    part.sources++;
    return [toSource(annotation, part.id)];
  }

  function finishPart(item: Message, index: number): readonly ModelEvent[] {
    const content = item.content[index];
    if (content === undefined) return [];
    const refusal = content.type === "refusal";
    const annotations = (refusal ? undefined : content.annotations) ?? [];
    // A server may send the text only here.
    const events = parts.has(index)
      ? []
      : [...delta(index, (refusal ? content.refusal : content.text) ?? "", refusal)];
    const part = parts.get(index);
    if (part === undefined) return [];
    for (const annotation of annotations.slice(part.sources))
      events.push(...source(index, annotation));
    parts.delete(index);
    const data: MessageData = {
      type: "message",
      id: item.id,
      status: item.status,
      ...(item.phase && { phase: item.phase }),
      ...(annotations.length > 0 && { annotations }),
    };
    const provider = { [ctx.key]: data as unknown as Json };
    return [...events, { type: "text.completed", id: part.id, provider }];
  }

  function cut(): readonly ModelEvent[] {
    const events = [...parts.values()].map(
      ({ id }): ModelEvent => ({ type: "text.completed", id }),
    );
    parts.clear();
    return events;
  }

  return {
    push(event: ResponseEvent) {
      switch (event.type) {
        case "response.output_text.delta":
          return delta(event.content_index, event.delta, false);
        case "response.refusal.delta":
          return delta(event.content_index, event.delta, true);
        case "response.output_text.annotation.added":
          return source(event.content_index, event.annotation);
        default:
          return [];
      }
    },
    done(item: OutputItem) {
      if (item.type !== "message") return cut();
      const events = item.content.flatMap((_, index) => finishPart(item, index));
      return [...events, ...cut()];
    },
    cut,
  };
}

function toSource(annotation: Annotation, text: string): ModelEvent {
  switch (annotation.type) {
    case "url_citation":
      return {
        type: "source.added",
        text,
        url: annotation.url,
        title: annotation.title,
        start: annotation.start_index,
        end: annotation.end_index,
      };
    case "container_file_citation":
      return {
        type: "source.added",
        text,
        title: annotation.filename,
        start: annotation.start_index,
        end: annotation.end_index,
      };
    case "file_citation":
      return { type: "source.added", text, title: annotation.filename, start: annotation.index };
    default:
      return { type: "source.added", text };
  }
}
