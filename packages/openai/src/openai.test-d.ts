import type { Model } from "@runwire/core";
import { OpenAI } from "openai";
import { expectTypeOf, test } from "vitest";
import { openai } from "./index.ts";

const client = new OpenAI({ apiKey: "sk" });

test("both APIs make models", () => {
  expectTypeOf(openai("gpt-5")).toEqualTypeOf<Model>();
  expectTypeOf(
    openai.chat("qwen3", { baseURL: "http://localhost:11434/v1" }),
  ).toEqualTypeOf<Model>();
});

test("a client of one's own excludes what would make one", () => {
  openai("gpt-5", { client, temperature: 0 });
  // @ts-expect-error the client knows its base URL
  openai("gpt-5", { client, baseURL: "https://a.example" });
  // @ts-expect-error the client knows its key
  openai.chat("gpt-5", { client, apiKey: "sk" });
});

test("each API has its own settings", () => {
  openai("gpt-5", { hostedTools: [{ type: "web_search" }], store: true });
  openai.chat("qwen3", { structuredOutput: "json" });
  // @ts-expect-error only the Responses API runs tools
  openai.chat("qwen3", { hostedTools: [{ type: "web_search" }] });
  // @ts-expect-error the Responses API knows schemas
  openai("gpt-5", { structuredOutput: "json" });
  // @ts-expect-error only the Responses API summarizes reasoning
  openai.chat("qwen3", { reasoning: { summary: "auto" } });
  // @ts-expect-error nobody would run it
  openai("gpt-5", { hostedTools: [{ type: "local_shell" }] });
});
