import type { ModelEvent } from "@runwire/core";
import type { FinishReason } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import { customCallItem, functionCallItem } from "./call-item.ts";
import { type Asked, type ErrorBody, streamError } from "./errors.ts";
import { hostedItem, hostedName, isHostedCall } from "./hosted-item.ts";
import { imageItem } from "./image-item.ts";
import type { ItemContext, ItemReader, OutputItem, ResponseEvent } from "./item-reader.ts";
import { messageItem } from "./message-item.ts";
import { opaqueItem } from "./opaque-item.ts";
import type { Price } from "./options.ts";
import type { Reply } from "./read-reply.ts";
import { reasoningItem } from "./reasoning-item.ts";
import { responsesUsage } from "./usage.ts";

export interface ResponseReplyContext extends Omit<ItemContext, "id"> {
  readonly asked: Asked;
  readonly price: Price | undefined;
}

/**
 * One answer of the Responses API. Open items are told apart by `output_index`, since some servers change an item's id
 * midway; some give all items one index, which then is free again for the next.
 */
export function responseReply(ctx: ResponseReplyContext): Reply<ResponseEvent> {
  const readers = new Map<number, ItemReader>();
  let items = 0;
  let calls = false;
  let refused = false;
  let last: readonly ModelEvent[] | undefined;

  function reader(index: number, item: OutputItem): ItemReader {
    const known = readers.get(index);
    if (known !== undefined) return known;
    const made = readerOf(item, { ...ctx, id: `${items++}` });
    readers.set(index, made);
    return made;
  }

  function done(index: number, item: OutputItem): readonly ModelEvent[] {
    const events = reader(index, item).done(item);
    readers.delete(index);
    return events;
  }

  function note(events: readonly ModelEvent[]): readonly ModelEvent[] {
    for (const event of events) {
      if (event.type === "tool.called" && event.executor === undefined) calls = true;
      else if (event.type === "text.started" && event.refusal) refused = true;
    }
    return events;
  }

  function end(response: OpenAI.Responses.Response): void {
    // A server that streams nothing still says everything here.
    const unstreamed = items === 0 ? (response.output ?? []) : [];
    const events = note([
      ...unstreamed.flatMap((item, index) => done(index, item)),
      ...[...readers.values()].flatMap((open) => open.cut()),
    ]);
    last = [
      ...events,
      {
        type: "finish",
        finishReason: finishReason(response, calls, refused),
        usage: responsesUsage(response.usage, ctx.price),
      },
    ];
  }

  return {
    push(event) {
      switch (event.type) {
        case "response.output_item.added":
          return reader(event.output_index, event.item).push(event);
        case "response.output_item.done":
          return note(done(event.output_index, event.item));
        case "response.completed":
        case "response.incomplete":
          end(event.response);
          return [];
        case "response.failed":
          throw streamError(
            event.response.error,
            ctx.asked,
            event.response.usage && responsesUsage(event.response.usage, ctx.price),
          );
        case "error":
          throw streamError(event as ErrorBody, ctx.asked);
        default: {
          if (!("output_index" in event)) return [];
          const open = readers.get(event.output_index);
          return open === undefined ? [] : note(open.push(event));
        }
      }
    },
    get ended() {
      return last !== undefined;
    },
    finish: () => last,
  };
}

function readerOf(item: OutputItem, ctx: ItemContext): ItemReader {
  if (isHostedCall(item)) return hostedItem(ctx, hostedName(item));
  switch (item.type) {
    case "message":
      return messageItem(ctx, item.phase);
    case "reasoning":
      return reasoningItem(ctx);
    case "function_call":
      return functionCallItem(ctx);
    case "custom_tool_call":
      return customCallItem(ctx);
    case "image_generation_call":
      return imageItem(ctx);
    default:
      return opaqueItem(ctx);
  }
}

function finishReason(
  { status, incomplete_details: details }: OpenAI.Responses.Response,
  calls: boolean,
  refused: boolean,
): FinishReason {
  if (status === "incomplete" || details?.reason !== undefined) {
    if (details?.reason === "max_output_tokens") return "length";
    return details?.reason === "content_filter" ? "content-filter" : "other";
  }
  if (calls) return "tool-calls";
  return refused ? "refusal" : "stop";
}
