import type { LanguageModelV4StreamPart, SharedV4Warning } from "@ai-sdk/provider";
import type { ModelEvent } from "@runwire/core";
import type { FinishReason } from "@runwire/core/protocol";
import { toUrl } from "./file-data.ts";
import type { Price } from "./options.ts";
import { type OpaqueData, toJson, withMetadata } from "./part-data.ts";
import type { Reply } from "./read-stream.ts";
import { sourceAdded } from "./source.ts";
import { textParts } from "./text-parts.ts";
import { toolCalls } from "./tool-calls.ts";
import { toUsage } from "./usage.ts";

export interface StreamReplyContext {
  /** Key of provider data. */
  readonly key: string;
  /** The text is structured output. */
  readonly json: boolean;
  readonly price: Price | undefined;
}

type Finish = Extract<LanguageModelV4StreamPart, { readonly type: "finish" }>;

/** One answer of any provider. */
export function streamReply(ctx: StreamReplyContext): Reply {
  const texts = textParts(ctx);
  const calls = toolCalls(ctx.key);
  let finish: Finish | undefined;
  let response: string | undefined;

  function opaque(data: OpaqueData): ModelEvent {
    return { type: "opaque.added", provider: { [ctx.key]: toJson(data) } };
  }

  return {
    push(part) {
      switch (part.type) {
        case "text-start":
        case "reasoning-start":
          return texts.start(kindOf(part), part.id, part.providerMetadata);
        case "text-delta":
        case "reasoning-delta":
          return texts.delta(kindOf(part), part.id, part.delta, part.providerMetadata);
        case "text-end":
          return texts.close("text", part.id, part.providerMetadata, part.citations);
        case "reasoning-end":
          return texts.close("reasoning", part.id, part.providerMetadata);
        case "tool-input-start":
          return calls.start(part);
        case "tool-input-delta":
          return calls.delta(part);
        case "tool-input-end":
          return calls.end(part);
        case "tool-call":
          return calls.called(part);
        case "tool-result":
          return calls.result(part);
        case "tool-approval-request":
          return [unanswerable];
        case "file": {
          const { mediaType, data, providerMetadata: metadata } = part;
          const provider = metadata && {
            provider: { [ctx.key]: toJson(withMetadata(metadata)) },
          };
          return [{ type: "file.added", mediaType, url: toUrl(data, mediaType), ...provider }];
        }
        case "reasoning-file": {
          const { type, mediaType, data, providerMetadata } = part;
          const url = toUrl(data, mediaType);
          return [opaque({ type, mediaType, url, ...withMetadata(providerMetadata) })];
        }
        case "custom": {
          const { type, kind, providerMetadata } = part;
          return [opaque({ type, kind, ...withMetadata(providerMetadata) })];
        }
        case "source":
          return [sourceAdded(part)];
        case "stream-start":
          return part.warnings.map(toWarning);
        case "response-metadata":
          response = part.id ?? response;
          return [];
        case "error":
          throw part.error;
        case "finish":
          finish = part;
          return [];
        // What was sent to keep the connection alive or to debug it, and what is new.
        default:
          return [];
      }
    },
    get ended() {
      return finish !== undefined && !isCut(finish);
    },
    get usage() {
      return toUsage(finish?.usage, ctx.price);
    },
    get response() {
      return response;
    },
    finish() {
      if (finish === undefined || isCut(finish)) return undefined;
      if (finish.finishReason.unified === "error") throw toFault(finish);
      const finishReason = toFinishReason(finish, calls.any);
      const goesOn = finishReason === "tool-calls" || finishReason === "paused";
      const whole = finishReason === "tool-calls" || finishReason === "other";
      return [
        ...texts.finish(),
        ...calls.finish({ whole, goesOn }),
        { type: "finish", finishReason, usage: this.usage },
      ];
    },
  };
}

function kindOf({ type }: { readonly type: `${"text" | "reasoning"}-${string}` }) {
  return type.startsWith("text") ? "text" : "reasoning";
}

/** The provider's stream ended before its answer did. */
function isCut({ finishReason: { unified, raw } }: Finish): boolean {
  return unified === "interrupted" || (unified === "other" && !raw);
}

function toFault({ finishReason: { raw } }: Finish) {
  return { message: "It ended its answer with an error.", ...(raw && { code: raw }) };
}

/** Some providers have no word of their own for a pause and for calls. */
function toFinishReason({ finishReason }: Finish, calls: boolean): FinishReason {
  const { unified, raw } = finishReason;
  if (raw === "pause_turn") return "paused";
  if (unified === "stop" && calls) return "tool-calls";
  return unified === "interrupted" ? "error" : unified;
}

function toWarning(warning: SharedV4Warning): ModelEvent {
  const type = "warning.raised";
  const code = warning.type;
  switch (warning.type) {
    case "unsupported":
    case "compatibility": {
      const how = warning.type === "unsupported" ? "is not supported" : "is imitated";
      const details = warning.details ? ` ${warning.details}` : "";
      return { type, code, message: `${warning.feature} ${how}.${details}` };
    }
    case "deprecated":
      return { type, code, message: `${warning.setting}: ${warning.message}` };
    default:
      return { type, code, message: warning.message };
  }
}

/** Runwire asks people about the tools it runs; the provider runs this one. */
const unanswerable: ModelEvent = {
  type: "warning.raised",
  code: "hosted-approval",
  message:
    "The provider asks to approve a call that it would run itself, and nobody can answer. Let it run without approval, or give the agent that tool.",
};
