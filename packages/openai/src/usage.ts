import type { Usage } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import type { Price } from "./options.ts";

/** Beside what OpenAI's types promise: what other servers say in the same place. */
interface Extras {
  /** USD. (OpenRouter) */
  readonly cost?: number | null;
  /** (DeepSeek) */
  readonly prompt_cache_hit_tokens?: number;
}

export function responsesUsage(
  usage: OpenAI.Responses.ResponseUsage | null | undefined,
  price: Price | undefined,
): Usage {
  const { input_tokens_details: input, output_tokens_details: output } = usage ?? {};
  return withCost(
    {
      inputTokens: usage?.input_tokens ?? 0,
      outputTokens: usage?.output_tokens ?? 0,
      ...count("cachedInputTokens", input?.cached_tokens),
      ...count("cacheWriteInputTokens", input?.cache_write_tokens),
      ...count("reasoningTokens", output?.reasoning_tokens),
    },
    price,
    usage,
  );
}

export function chatUsage(
  usage: (OpenAI.CompletionUsage & Extras) | null | undefined,
  price: Price | undefined,
): Usage {
  const { prompt_tokens_details: input, completion_tokens_details: output } = usage ?? {};
  return withCost(
    {
      inputTokens: usage?.prompt_tokens ?? 0,
      outputTokens: usage?.completion_tokens ?? 0,
      ...count("cachedInputTokens", input?.cached_tokens ?? usage?.prompt_cache_hit_tokens),
      ...count("cacheWriteInputTokens", input?.cache_write_tokens),
      ...count("reasoningTokens", output?.reasoning_tokens),
    },
    price,
    usage,
  );
}

/** Servers that do not count something say nothing, `null`, or 0. */
function count<K extends keyof Usage>(key: K, value: number | null | undefined): Partial<Usage> {
  return typeof value === "number" && value > 0 ? { [key]: value } : {};
}

function withCost(usage: Usage, price: Price | undefined, said: object | null | undefined): Usage {
  if (price === undefined) {
    const { cost } = (said ?? {}) as Extras;
    return typeof cost === "number" ? { ...usage, cost } : usage;
  }
  const { inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteInputTokens = 0 } = usage;
  const millionths =
    (inputTokens - cachedInputTokens - cacheWriteInputTokens) * price.input +
    cachedInputTokens * (price.cachedInput ?? price.input) +
    cacheWriteInputTokens * (price.cacheWriteInput ?? price.input) +
    outputTokens * price.output;
  return { ...usage, cost: millionths / 1_000_000 };
}
