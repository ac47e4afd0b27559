import type {
  LanguageModelV3,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";

type Used = "specificationVersion" | "provider" | "modelId" | "supportedUrls" | "doStream";

/** What is used of a model of the AI SDK's provider interface, version 4: the packages for AI SDK 7. */
export type ModelV4 = Pick<LanguageModelV4, Used>;

/** Version 3: the packages for AI SDK 6. */
export type ModelV3 = Pick<LanguageModelV3, Used>;

export type AiSdkModel = ModelV4 | ModelV3;

/** USD per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Input read from the provider's cache. Default: `input`. */
  readonly cachedInput?: number;
  /** Input written to the provider's cache. Default: `input`. */
  readonly cacheWriteInput?: number;
}

/** A tool that the provider defines, as its package makes it: `anthropic.tools.webSearch_20250305()`. */
export interface HostedTool {
  readonly type: "provider";
  readonly id: `${string}.${string}`;
  readonly args: Record<string, unknown>;
}

/** Options of {@link aiSdk}. Everything that is absent is left to the provider. */
export interface AiSdkOptions {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly seed?: number;
  readonly stopSequences?: readonly string[];
  /** Tokens of one response, reasoning included. */
  readonly maxOutputTokens?: number;
  /** How much the model reasons. Models of version 3 know it by their `providerOptions` only. */
  readonly reasoning?: NonNullable<LanguageModelV4CallOptions["reasoning"]>;
  /**
   * `required`, or a tool's name: the model must call it in its first answer to a message, and is free in the answers
   * that follow: else no run could end. `none`: it must not call any.
   */
  readonly toolChoice?: "auto" | "required" | "none" | { readonly tool: string };
  /**
   * The provider's own tools, by the name that the model calls. One that the provider does not run itself takes the
   * place of the agent's tool of that name, which runs it.
   */
  readonly hostedTools?: { readonly [name: string]: HostedTool };
  /**
   * How an agent's structured output is asked for. `schema` (default): by its JSON Schema. `instructions`: as JSON, with
   * the schema in words, for models that know no schemas.
   */
  readonly structuredOutput?: "schema" | "instructions";
  /** What the provider alone understands, by its name: `{ anthropic: { … } }`. */
  readonly providerOptions?: SharedV4ProviderOptions;
  /** Sent with every request. */
  readonly headers?: { readonly [name: string]: string };
  /** Makes `usage.cost` known. */
  readonly price?: Price;
}
