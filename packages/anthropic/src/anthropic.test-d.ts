import type { AnthropicFoundry } from "@anthropic-ai/foundry-sdk";
import { Anthropic } from "@anthropic-ai/sdk";
import type { Model } from "@runwire/core";
import { expectTypeOf, test } from "vitest";
import { type AnthropicClient, anthropic } from "./index.ts";

const client = new Anthropic({ apiKey: "sk" });

test("makes models", () => {
  expectTypeOf(anthropic("claude-opus-5-5")).toEqualTypeOf<Model>();
});

test("a client of one's own excludes what would make one", () => {
  anthropic("claude-opus-5-5", { client, temperature: 0 });
  // @ts-expect-error the client knows its base URL
  anthropic("claude-opus-5-5", { client, baseURL: "https://a.example" });
  // @ts-expect-error the client knows its key
  anthropic("claude-opus-5-5", { client, apiKey: "sk" });
});

test("a client need not be Anthropic's own, but for what is used of it", () => {
  expectTypeOf<Pick<Anthropic, "baseURL" | "messages">>().toExtend<AnthropicClient>();
  expectTypeOf<AnthropicFoundry>().toExtend<AnthropicClient>();
});

test("only tools that Anthropic runs are its own", () => {
  anthropic("claude-opus-5-5", {
    hostedTools: [
      { type: "web_search_20250305", name: "web_search" },
      { type: "code_execution_20260521", name: "code_execution" },
    ],
  });
  // @ts-expect-error nobody would run it
  anthropic("claude-opus-5-5", { hostedTools: [{ type: "bash_20250124", name: "bash" }] });
});
