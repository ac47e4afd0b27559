import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import type { Usage } from "@runwire/core/protocol";
import type { Price } from "./options.ts";

/** Totals and their parts. A provider that counts something not at all says `undefined`. */
export function toUsage(said: LanguageModelV4Usage | undefined, price: Price | undefined): Usage {
  const { inputTokens: input, outputTokens: output } = said ?? {};
  const cached = input?.cacheRead ?? 0;
  const written = input?.cacheWrite ?? 0;
  const thought = output?.reasoning ?? 0;
  const usage: Usage = {
    inputTokens: input?.total ?? (input?.noCache ?? 0) + cached + written,
    outputTokens: output?.total ?? (output?.text ?? 0) + thought,
    ...(cached > 0 && { cachedInputTokens: cached }),
    ...(written > 0 && { cacheWriteInputTokens: written }),
    ...(thought > 0 && { reasoningTokens: thought }),
  };
  if (price === undefined) return usage;
  const millionths =
    (usage.inputTokens - cached - written) * price.input +
    cached * (price.cachedInput ?? price.input) +
    written * (price.cacheWriteInput ?? price.input) +
    usage.outputTokens * price.output;
  return { ...usage, cost: millionths / 1_000_000 };
}
