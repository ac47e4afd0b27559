import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV2, LanguageModelV3, LanguageModelV4 } from "@ai-sdk/provider";
import type { Model } from "@runwire/core";
import { expectTypeOf, test } from "vitest";
import { type AiSdkModel, aiSdk, type HostedTool } from "./index.ts";

const google = createGoogle({ apiKey: "k" });

test("models of real providers become models", () => {
  expectTypeOf(aiSdk(google("gemini-3-pro"))).toEqualTypeOf<Model>();
  aiSdk(createAnthropic({ apiKey: "k" })("claude-opus-5-5"));
  aiSdk(createOpenAICompatible({ name: "mine", baseURL: "http://127.0.0.1" })("qwen3"));
  expectTypeOf<LanguageModelV4>().toExtend<AiSdkModel>();
  expectTypeOf<LanguageModelV3>().toExtend<AiSdkModel>();
});

test("models of older interfaces do not", () => {
  expectTypeOf<LanguageModelV2>().not.toExtend<AiSdkModel>();
});

test("tools of real providers are hosted tools", () => {
  expectTypeOf(google.tools.googleSearch({})).toExtend<HostedTool>();
  aiSdk(google("gemini-3-pro"), { hostedTools: { search: google.tools.googleSearch({}) } });
});
