import type { RunError } from "./protocol/errors.ts";
import type { Json, JsonObject, ProviderData } from "./protocol/json.ts";
import type { Content, Message } from "./protocol/message.ts";
import type { FinishReason, Usage } from "./protocol/usage.ts";

/**
 * A language model behind one method. An adapter maps its provider's stream to {@link ModelEvent}s, and does nothing
 * else: it does not retry, log, validate or run tools. (ARCHITECTURE.md, "Models")
 *
 * Contract of `stream`:
 * - It yields events or arrays of events (arrays are cheaper) and, last, exactly one `finish`. A stream that ends
 *   without `finish` counts as cut and is retried.
 * - Ids (`id`, `call`) are the adapter's own, unique within this one response. The runtime replaces them.
 * - A part is `started`, gets deltas that are not empty, and is `completed`. Parts may interleave.
 * - It throws {@link ModelError} for what the provider refused. Any other throw counts as a retryable `model-error`.
 * - When `signal` fires it stops the upstream request and returns or throws soon; what it throws is ignored.
 */
export interface Model {
  /** `provider/model`, for people and for the log. */
  readonly id: string;
  stream(
    request: ModelRequest,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<ModelEvent | readonly ModelEvent[]>;
}

export interface ModelRequest {
  readonly instructions?: string;
  /** The whole history, oldest first, as folded. `toTurns` cuts it into what providers expect. */
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  /** JSON Schema that the answer's text must fit. */
  readonly output?: { readonly name: string; readonly schema: JsonObject };
  /** For the provider's logs and caches. */
  readonly run: string;
  readonly thread: string;
}

/** A tool as the model sees it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input, an object schema. */
  readonly input: JsonObject;
}

/** One event of a model's response: the protocol's model rows before the runtime numbers them. */
export type ModelEvent =
  | {
      readonly type: "text.started";
      readonly id: string;
      readonly refusal?: true;
      /** The text answers `request.output`. */
      readonly format?: "json";
      readonly provider?: ProviderData;
    }
  | { readonly type: "text.delta"; readonly id: string; readonly delta: string }
  | { readonly type: "text.completed"; readonly id: string; readonly provider?: ProviderData }
  | { readonly type: "reasoning.started"; readonly id: string; readonly provider?: ProviderData }
  | { readonly type: "reasoning.delta"; readonly id: string; readonly delta: string }
  | { readonly type: "reasoning.completed"; readonly id: string; readonly provider?: ProviderData }
  | { readonly type: "tool.args.started"; readonly call: string; readonly name: string }
  | { readonly type: "tool.args.delta"; readonly call: string; readonly delta: string }
  /** The call is complete. `args` is the whole JSON text as the model wrote it, broken or not; "" means `{}`. */
  | {
      readonly type: "tool.called";
      readonly call: string;
      readonly name: string;
      readonly args: string;
      /** The provider runs it itself and settles it in this same response. */
      readonly executor?: "provider";
      readonly provider?: ProviderData;
    }
  /** A provider's own tool has answered. */
  | {
      readonly type: "tool.completed";
      readonly call: string;
      readonly output: Json;
      readonly content?: readonly Content[];
      readonly provider?: ProviderData;
    }
  | {
      readonly type: "tool.failed";
      readonly call: string;
      readonly error: RunError;
      readonly provider?: ProviderData;
    }
  | {
      readonly type: "file.added";
      readonly mediaType: string;
      readonly url: string;
      readonly filename?: string;
      readonly provider?: ProviderData;
    }
  | {
      readonly type: "source.added";
      readonly url?: string;
      readonly title?: string;
      /** The adapter's id of the text part that cites it. */
      readonly text?: string;
      readonly start?: number;
      readonly end?: number;
      readonly quote?: string;
      readonly provider?: ProviderData;
    }
  | { readonly type: "opaque.added"; readonly provider: ProviderData }
  | { readonly type: "warning.raised"; readonly code: string; readonly message: string }
  /** Last, exactly once. */
  | {
      readonly type: "finish";
      readonly finishReason: FinishReason;
      readonly usage: Usage;
      readonly provider?: ProviderData;
    };
