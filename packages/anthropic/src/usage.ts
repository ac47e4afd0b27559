import type { Anthropic } from "@anthropic-ai/sdk";
import type { Usage } from "@runwire/core/protocol";
import type { Price } from "./options.ts";

/** The counts of a stream so far: each event that has any repeats them as they are by then. */
export type Counts = Partial<
  Pick<
    Anthropic.Usage,
    | "input_tokens"
    | "output_tokens"
    | "cache_creation_input_tokens"
    | "cache_read_input_tokens"
    | "output_tokens_details"
  >
>;

/** What the newer counts say, and the older ones where those are silent. */
export function laterCounts(older: Counts, newer: object | null | undefined): Counts {
  const said = Object.entries(newer ?? {}).filter(([, count]) => count != null);
  return { ...older, ...Object.fromEntries(said) };
}

/** Anthropic counts what the cache read and wrote beside `input_tokens`; here it is a part of the total. */
export function toUsage(counts: Counts, price: Price | undefined): Usage {
  const cached = counts.cache_read_input_tokens ?? 0;
  const written = counts.cache_creation_input_tokens ?? 0;
  const thought = counts.output_tokens_details?.thinking_tokens ?? 0;
  const usage: Usage = {
    inputTokens: (counts.input_tokens ?? 0) + cached + written,
    outputTokens: counts.output_tokens ?? 0,
    ...(cached > 0 && { cachedInputTokens: cached }),
    ...(written > 0 && { cacheWriteInputTokens: written }),
    ...(thought > 0 && { reasoningTokens: thought }),
  };
  if (price === undefined) return usage;
  const millionths =
    (counts.input_tokens ?? 0) * price.input +
    cached * (price.cachedInput ?? price.input) +
    written * (price.cacheWriteInput ?? price.input) +
    usage.outputTokens * price.output;
  return { ...usage, cost: millionths / 1_000_000 };
}
