import type { Anthropic } from "@anthropic-ai/sdk";
import type { JsonObject } from "@runwire/core/protocol";
import type { Connection } from "./connection.ts";

/** USD per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Input read from the cache. Default: `input`. */
  readonly cachedInput?: number;
  /** Input written to the cache. Default: `input`. */
  readonly cacheWriteInput?: number;
}

/** Tools that Anthropic runs itself. */
export type HostedTool = Extract<
  Anthropic.ToolUnion,
  { readonly name: "web_search" | "web_fetch" | "code_execution" }
>;

/** What the model can be told. Everything that is absent is left to the provider. */
interface Settings {
  readonly temperature?: number;
  readonly topP?: number;
  /** Tokens of one response, reasoning included. Default: 32,000, and what the model can where that is less. */
  readonly maxOutputTokens?: number;
  /** Whether one response may call several tools. */
  readonly parallelToolCalls?: boolean;
  /**
   * `any`, or a tool's name: the model must call it in its first answer to a message, and is free in the answers that
   * follow: else no run could end. `none`: it must not call any.
   */
  readonly toolChoice?: "auto" | "any" | "none" | { readonly tool: string };
  /**
   * Whether the model thinks, and how much. Without `budgetTokens` it decides by itself where thought is needed, which
   * models before Claude 4.6 cannot. `false`: it must not think.
   */
  readonly reasoning?:
    | false
    | {
        readonly effort?: "low" | "medium" | "high" | "xhigh" | "max";
        /** Tokens that thinking may take, at least 1,024. They count as output. */
        readonly budgetTokens?: number;
        /** Whether people may read what the model thought, in short. Default: as the model has it. */
        readonly summary?: boolean;
      };
  /**
   * Keeps what was sent in Anthropic's cache, this long after its last use: a step that follows in time pays a tenth
   * for it, and a quarter more for what is new (`1h`: double). Default `5m`. `false`: no cache.
   */
  readonly cache?: "5m" | "1h" | false;
  /** Whether the model says which passages of the files that it was given it answers from. Not with an `output`. */
  readonly citations?: boolean;
  /**
   * Streams a tool's arguments as the model writes them. Else a long one arrives when it is complete. The price: only
   * afterwards is it known whether they are JSON.
   */
  readonly eagerToolInput?: boolean;
  /** Anthropic's own tools, beside the agent's. */
  readonly hostedTools?: readonly HostedTool[];
  /**
   * How an agent's structured output is asked for. `schema`: by its JSON Schema, which the model then cannot miss.
   * `instructions`: in words, for older models. Default: `schema`, and `instructions` for other servers.
   */
  readonly structuredOutput?: "schema" | "instructions";
  readonly serviceTier?: "auto" | "standard_only";
  /** Makes `usage.cost` known. */
  readonly price?: Price;
  /** Fields of the request's body that have no setting here. They win over what the adapter writes. */
  readonly extra?: JsonObject;
}

/** Options of {@link anthropic}. */
export type AnthropicOptions = Connection & Settings;
