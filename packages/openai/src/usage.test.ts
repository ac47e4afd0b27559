import { describe, expect, it } from "vitest";
import { chatUsage, responsesUsage } from "./usage.ts";

const price = { input: 2, output: 10 };

describe("usage of a response", () => {
  const said = {
    input_tokens: 1_000_000,
    input_tokens_details: { cached_tokens: 400_000, cache_write_tokens: 100_000 },
    output_tokens: 100_000,
    output_tokens_details: { reasoning_tokens: 50_000 },
    total_tokens: 1_100_000,
  };

  it("has totals, and what they consist of", () => {
    expect(responsesUsage(said, undefined)).toEqual({
      inputTokens: 1_000_000,
      outputTokens: 100_000,
      cachedInputTokens: 400_000,
      cacheWriteInputTokens: 100_000,
      reasoningTokens: 50_000,
    });
    expect(responsesUsage(undefined, undefined)).toEqual({ inputTokens: 0, outputTokens: 0 });
  });

  it("costs what the price says, cached input at its own", () => {
    expect(responsesUsage(said, price).cost).toBeCloseTo(3);
    expect(responsesUsage(said, { ...price, cachedInput: 0.5 }).cost).toBeCloseTo(2.4);
    expect(
      responsesUsage(said, { ...price, cachedInput: 0.5, cacheWriteInput: 4 }).cost,
    ).toBeCloseTo(2.6);
    expect(responsesUsage(null, price).cost).toBe(0);
  });
});

describe("usage of a chat completion", () => {
  const said = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 };

  it("has totals, and what they consist of, where the server says so", () => {
    expect(chatUsage(said, undefined)).toEqual({ inputTokens: 1_000, outputTokens: 100 });
    const details = {
      ...said,
      prompt_tokens_details: { cached_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 20 },
    };
    expect(chatUsage(details, undefined)).toMatchObject({
      cachedInputTokens: 10,
      reasoningTokens: 20,
    });
    expect(chatUsage({ ...said, prompt_cache_hit_tokens: 30 }, undefined)).toMatchObject({
      cachedInputTokens: 30,
    });
  });

  it("costs what the price says, or else what the server says", () => {
    expect(chatUsage({ ...said, cost: 0.25 }, undefined).cost).toBe(0.25);
    expect(chatUsage({ ...said, cost: 0.25 }, price).cost).toBeCloseTo(0.003);
    expect(chatUsage({ ...said, cost: null }, undefined)).not.toHaveProperty("cost");
  });
});
