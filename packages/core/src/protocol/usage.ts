/**
 * Tokens and money. `inputTokens` and `outputTokens` are totals; the optional counts are parts of them.
 * `cost` is in USD and present only where the model knows its price.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens?: number;
  readonly cacheWriteInputTokens?: number;
  readonly reasoningTokens?: number;
  readonly cost?: number;
}

/** Why a model response ended. */
export type FinishReason =
  | "stop"
  | "tool-calls"
  | "length"
  | "content-filter"
  | "refusal"
  /** The provider paused a long turn: call the model again with the same history. */
  | "paused"
  | "cancelled"
  | "error"
  | "other";

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };

const counts = [
  "inputTokens",
  "outputTokens",
  "cachedInputTokens",
  "cacheWriteInputTokens",
  "reasoningTokens",
  "cost",
] as const;

/** The sum of two usages. An optional count appears when either side has it. */
export function addUsage(a: Usage, b: Usage | undefined): Usage {
  if (b === undefined) return a;
  const sum: { -readonly [K in keyof Usage]: Usage[K] } = { ...noUsage };
  for (const key of counts) {
    if (a[key] !== undefined || b[key] !== undefined) sum[key] = (a[key] ?? 0) + (b[key] ?? 0);
  }
  return sum;
}
