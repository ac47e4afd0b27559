import type { JsonObject } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import type { Connection } from "./connection.ts";

/** USD per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Input read from the provider's cache. Default: `input`. */
  readonly cachedInput?: number;
  /** Input written to the provider's cache. Default: `input`. */
  readonly cacheWriteInput?: number;
}

/** What both APIs can be told. Everything that is absent is left to the provider. */
interface Settings {
  readonly temperature?: number;
  readonly topP?: number;
  /** Tokens of one response, reasoning included. */
  readonly maxOutputTokens?: number;
  /** Whether one response may call several tools. */
  readonly parallelToolCalls?: boolean;
  readonly verbosity?: "low" | "medium" | "high";
  readonly serviceTier?: NonNullable<OpenAI.Responses.ServiceTier>;
  /** Makes `usage.cost` known. Default: what the provider says it cost, if it says so. */
  readonly price?: Price;
  /**
   * Fields of the request's body that have no setting here. They win over what the adapter writes, except `include`,
   * to which they are added.
   */
  readonly extra?: JsonObject;
}

/** Tools that OpenAI runs itself, and custom tools. */
export type HostedTool =
  | OpenAI.Responses.WebSearchTool
  | OpenAI.Responses.FileSearchTool
  | OpenAI.Responses.Tool.CodeInterpreter
  | OpenAI.Responses.Tool.ImageGeneration
  | OpenAI.Responses.Tool.Mcp
  | OpenAI.Responses.CustomTool;

interface ResponsesSettings extends Settings {
  readonly reasoning?: {
    readonly effort?: NonNullable<OpenAI.ReasoningEffort>;
    /** Without it the model's reasoning stays out of sight. */
    readonly summary?: "auto" | "concise" | "detailed";
  };
  /** Whether OpenAI keeps the responses. Default false: the run's log is the history, and goes along with each request. */
  readonly store?: boolean;
  /**
   * OpenAI's own tools, beside the agent's. A `custom` tool stands in for the agent's tool of the same name: the model
   * writes its input as plain text, which becomes that tool's one string field.
   */
  readonly hostedTools?: readonly HostedTool[];
}

interface ChatSettings extends Settings {
  readonly reasoning?: { readonly effort?: NonNullable<OpenAI.ReasoningEffort> };
  /**
   * How an agent's structured output is asked for. `schema` (default): by its JSON Schema. `json`: as any JSON object,
   * with the schema in the instructions, for servers that know only JSON mode.
   */
  readonly structuredOutput?: "schema" | "json";
}

/** Options of {@link openai}. */
export type OpenAIOptions = Connection & ResponsesSettings;

/** Options of {@link openai.chat}. */
export type OpenAIChatOptions = Connection & ChatSettings;
