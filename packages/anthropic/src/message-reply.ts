import type { Anthropic } from "@anthropic-ai/sdk";
import type { ModelEvent } from "@runwire/core";
import type { FinishReason } from "@runwire/core/protocol";
import type { BlockContext, BlockReader } from "./block-reader.ts";
import { callBlock } from "./call-block.ts";
import type { Asked } from "./errors.ts";
import { hostedCalls, isHostedCall, isHostedResult } from "./hosted-block.ts";
import { opaqueBlock } from "./opaque-block.ts";
import type { Price } from "./options.ts";
import type { Reply } from "./read-reply.ts";
import { textBlock } from "./text-block.ts";
import { redactedBlock, thinkingBlock } from "./thinking-block.ts";
import { type Counts, laterCounts, toUsage } from "./usage.ts";

export interface MessageReplyContext extends Omit<BlockContext, "id"> {
  readonly asked: Asked;
  readonly price: Price | undefined;
}

/** The state of the container in which Anthropic runs code, kept as an opaque part for the requests that follow. */
export interface ContainerData {
  readonly container: { readonly id: string; readonly expires_at: string };
}

/** One answer. Its blocks are told apart by `index`. */
export function messageReply(ctx: MessageReplyContext): Reply {
  const readers = new Map<number, BlockReader>();
  const hosted = hostedCalls(ctx.key);
  const held: ModelEvent[] = [];
  let blocks = 0;
  let counts: Counts = {};
  let container: Anthropic.Container | null | undefined;
  let reason: string | null | undefined;
  let details: Anthropic.RefusalStopDetails | null | undefined;
  let ended = false;

  function reader(block: Anthropic.ContentBlock): BlockReader {
    const own = { ...ctx, id: `b${blocks++}` };
    if (isHostedResult(block)) {
      const start = hosted.result(block);
      return start === undefined ? opaqueBlock(own, block) : settled(start);
    }
    if (block.type !== "tool_use" && isHostedCall(block)) return hosted.call(own, block);
    switch (block.type) {
      case "text":
        return textBlock(own, block);
      case "thinking":
        return thinkingBlock(own, block);
      case "redacted_thinking":
        return redactedBlock(own, block);
      case "tool_use":
        return callBlock(own, block, (events) => held.push(...events));
      default:
        return opaqueBlock(own, block);
    }
  }

  function start(index: number, block: Anthropic.ContentBlock): readonly ModelEvent[] {
    const made = reader(block);
    const before = readers.get(index)?.cut() ?? [];
    readers.set(index, made);
    return [...before, ...made.start];
  }

  function stop(index: number): readonly ModelEvent[] {
    const events = readers.get(index)?.stop() ?? [];
    readers.delete(index);
    return events;
  }

  return {
    push(event) {
      switch (event.type) {
        case "message_start":
          counts = laterCounts(counts, event.message?.usage);
          container = event.message?.container;
          return [];
        case "content_block_start":
          return start(event.index, event.content_block);
        case "content_block_delta":
          return readers.get(event.index)?.push(event.delta) ?? [];
        case "content_block_stop":
          return stop(event.index);
        case "message_delta":
          counts = laterCounts(counts, event.usage);
          container = event.delta?.container ?? container;
          reason = event.delta?.stop_reason ?? reason;
          details = event.delta?.stop_details ?? details;
          return [];
        case "message_stop":
          ended = true;
          return [];
        default:
          return [];
      }
    },
    get ended() {
      return ended;
    },
    get usage() {
      return toUsage(counts, ctx.price);
    },
    finish() {
      if (!ended) return undefined;
      const finishReason = toFinishReason(reason, details);
      const data = container && {
        container: { id: container.id, expires_at: container.expires_at },
      };
      return [
        ...[...readers.values()].flatMap((open) => open.cut()),
        ...(whole(finishReason) ? held : []),
        ...hosted.finish(finishReason === "paused" || finishReason === "tool-calls"),
        ...(details?.explanation ? [toWarning(details.explanation)] : []),
        {
          type: "finish",
          finishReason,
          usage: this.usage,
          ...(data && { provider: { [ctx.key]: data satisfies ContainerData } }),
        },
      ];
    },
  };
}

/** A block that came whole, with its start. */
function settled(start: readonly ModelEvent[]): BlockReader {
  return { start, push: () => [], stop: () => [], cut: () => [] };
}

const reasons: { readonly [reason: string]: FinishReason } = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tool-calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  pause_turn: "paused",
  refusal: "refusal",
};

/** A refusal in which a policy is named is that policy's filter, and not the model. */
function toFinishReason(
  reason: string | null | undefined,
  details: Anthropic.RefusalStopDetails | null | undefined,
): FinishReason {
  if (reason === "refusal" && details?.category) return "content-filter";
  return reasons[reason ?? ""] ?? "other";
}

/** Whether the model said all that it wanted to: otherwise arguments that are not JSON were cut off. */
function whole(reason: FinishReason): boolean {
  return reason === "stop" || reason === "tool-calls" || reason === "other";
}

function toWarning(message: string): ModelEvent {
  return { type: "warning.raised", code: "refusal", message };
}
