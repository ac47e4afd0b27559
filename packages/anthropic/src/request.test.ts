import type { ModelRequest } from "@runwire/core";
import type { Message } from "@runwire/core/protocol";
import { modelRequest, readModel } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import { anthropic } from "./anthropic.ts";
import { messageBody } from "./message-request.ts";
import { messageStream, text } from "./messages-wire.test.helper.ts";
import type { AnthropicOptions } from "./options.ts";
import { stream, testServer } from "./wire-server.test.helper.ts";

const body = (
  over: Partial<ModelRequest> = {},
  options: Partial<AnthropicOptions> = {},
  { model = "claude-opus-5-5", genuine = true } = {},
) =>
  messageBody(model, modelRequest(over), { cache: false, ...options } as AnthropicOptions, {
    genuine,
    key: "anthropic",
  });

const search = {
  name: "search",
  description: "Search the docs",
  input: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
};
const read = { ...search, name: "read" };
const mark = { cache_control: { type: "ephemeral" } };

describe("a request", () => {
  it("carries all it needs, and marks what the next one begins with", async () => {
    const server = await testServer();
    server.answer(stream(messageStream(text(0, "Hi"))));
    const model = anthropic("claude-opus-5-5", { baseURL: server.baseURL, apiKey: "sk-ant-x" });
    await readModel(model, modelRequest({ instructions: "Be brief.", tools: [search, read] }));
    expect(server.asked[0]?.path).toBe("/v1/messages");
    expect(server.asked[0]?.body).toEqual({
      model: "claude-opus-5-5",
      max_tokens: 32_000,
      system: [{ type: "text", text: "Be brief.", ...mark }],
      tools: [
        { name: "search", description: "Search the docs", input_schema: search.input },
        { name: "read", description: "Search the docs", input_schema: search.input, ...mark },
      ],
      messages: [{ role: "user", content: [{ type: "text", text: "Hi", ...mark }] }],
      stream: true,
    });
  });

  it("marks for an hour, or not at all", () => {
    const hour = JSON.stringify(body({ instructions: "Be brief." }, { cache: "1h" }));
    expect(hour.match(/"cache_control":\{"type":"ephemeral","ttl":"1h"\}/g)).toHaveLength(2);
    const none = body({ instructions: "Be brief.", tools: [search] });
    expect(JSON.stringify(none)).not.toContain("cache_control");
    expect(none.system).toBe("Be brief.");
  });

  it("takes every setting", () => {
    const hosted = { type: "web_search_20250305", name: "web_search", max_uses: 2 } as const;
    expect(
      body(
        { tools: [search] },
        {
          temperature: 0.5,
          topP: 0.9,
          maxOutputTokens: 100,
          parallelToolCalls: false,
          eagerToolInput: true,
          hostedTools: [hosted],
          serviceTier: "standard_only",
          reasoning: { effort: "high" },
          extra: { top_k: 5, max_tokens: 200 },
        },
      ),
    ).toMatchObject({
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 200,
      top_k: 5,
      tool_choice: { type: "auto", disable_parallel_tool_use: true },
      tools: [{ name: "search", eager_input_streaming: true }, hosted],
      service_tier: "standard_only",
      thinking: { type: "adaptive" },
      output_config: { effort: "high" },
      stream: true,
    });
  });

  it.each([
    [{ effort: "low" }, { type: "adaptive" }],
    [{ summary: true }, { type: "adaptive", display: "summarized" }],
    [
      { budgetTokens: 2_048, summary: false },
      { type: "enabled", budget_tokens: 2_048, display: "omitted" },
    ],
    [false, { type: "disabled" }],
  ] as const)("thinks as %j says", (reasoning, thinking) => {
    expect(body({}, { reasoning }).thinking).toEqual(thinking);
  });

  it("leaves room for thought and answer, as far as the model goes", () => {
    const max = (model: string, reasoning?: { readonly budgetTokens: number }) =>
      body({}, reasoning && { reasoning }, { model }).max_tokens;
    expect(max("claude-opus-5-5")).toBe(32_000);
    expect(max("claude-3-haiku-20240307")).toBe(4_096);
    expect(max("anthropic.claude-3-5-sonnet-20241022-v2:0")).toBe(8_192);
    expect(max("claude-sonnet-4-5", { budgetTokens: 40_000 })).toBe(48_192);
    expect(max("claude-sonnet-4-5", { budgetTokens: 4_000 })).toBe(32_000);
  });
});

describe("the choice of tools", () => {
  const tools = [search];
  const answered: Message[] = [
    { id: "m1", role: "user", parts: [{ type: "text", text: "Go" }] },
    {
      id: "m2",
      role: "assistant",
      parts: [
        {
          type: "tool",
          call: "c1",
          name: "search",
          step: 1,
          status: "completed",
          input: {},
          output: 1,
        },
      ],
    },
  ];

  it("is forced in the first answer to a message only", () => {
    for (const [toolChoice, expected] of [
      ["any", { type: "any" }],
      [{ tool: "search" }, { type: "tool", name: "search" }],
    ] as const) {
      expect(body({ tools }, { toolChoice }).tool_choice).toEqual(expected);
      expect(body({ tools, messages: answered }, { toolChoice })).not.toHaveProperty("tool_choice");
      const more: Message = { id: "m3", role: "user", parts: [{ type: "text", text: "More" }] };
      const next = { ...(answered[1] as Message), id: "m4", parts: [] };
      const asked = [
        ...answered,
        { ...next, parts: [{ type: "text" as const, text: "So" }] },
        more,
      ];
      expect(body({ tools, messages: asked }, { toolChoice }).tool_choice).toEqual(expected);
    }
  });

  it("may be none", () => {
    expect(body({ tools }, { toolChoice: "none" }).tool_choice).toEqual({ type: "none" });
    expect(body({}, { toolChoice: "none" })).not.toHaveProperty("tool_choice");
  });

  it("is none where only the history has tools", () => {
    expect(body({ messages: answered })).toMatchObject({
      tools: [{ name: "search", input_schema: { type: "object" } }],
      tool_choice: { type: "none" },
    });
  });
});

describe("files", () => {
  const parts = [
    { type: "text", text: "Look:" },
    { type: "file", mediaType: "image/png", url: "https://a.example/x.png" },
    { type: "file", mediaType: "image/webp", url: "data:image/webp;base64,AA==" },
    { type: "file", mediaType: "application/pdf", url: "https://a.example/a.pdf" },
    {
      type: "file",
      mediaType: "application/pdf",
      url: "data:application/pdf;base64,AA==",
      filename: "a.pdf",
    },
    { type: "file", mediaType: "text/markdown", url: "data:text/markdown;base64,SMOpIPCfkYs=" },
    { type: "file", mediaType: "application/json", url: "data:application/json,%7B%7D" },
    { type: "file", mediaType: "image/png", url: "data:image/png,%C3%A9" },
    { type: "file", mediaType: "audio/wav", url: "data:audio/wav;base64,AA==", filename: "a.wav" },
    { type: "file", mediaType: "text/plain", url: "https://a.example/a.txt" },
  ] as const;
  const messages: Message[] = [{ id: "m", role: "user", parts }];

  it("go in as images and documents, by value or by address, or are named at least", () => {
    expect(body({ messages }).messages[0]?.content).toEqual([
      { type: "text", text: "Look:" },
      { type: "image", source: { type: "url", url: "https://a.example/x.png" } },
      { type: "image", source: { type: "base64", media_type: "image/webp", data: "AA==" } },
      { type: "document", source: { type: "url", url: "https://a.example/a.pdf" } },
      {
        type: "document",
        source: { type: "base64", media_type: "application/pdf", data: "AA==" },
        title: "a.pdf",
      },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "Hé 👋" } },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "{}" } },
      { type: "image", source: { type: "base64", media_type: "image/png", data: "w6k=" } },
      { type: "text", text: "[file a.wav, audio/wav]" },
      { type: "text", text: "[file, text/plain at https://a.example/a.txt]" },
    ]);
  });

  it("are cited where that is wanted, and possible", () => {
    const cited = (over: Partial<ModelRequest> = {}) =>
      JSON.stringify(body({ messages, ...over }, { citations: true })).split('"citations"').length;
    expect(cited()).toBe(5);
    expect(cited({ output: { name: "a", schema: { type: "object" } } })).toBe(1);
  });
});

describe("a structured output", () => {
  const schema = {
    type: "object",
    properties: {
      name: { type: "string", minLength: 2 },
      tags: { type: "array", items: { type: "string" } },
      next: { $ref: "#/$defs/next" },
    },
    required: ["name"],
    $defs: { next: { type: "object", properties: { at: { type: "number", minimum: 0 } } } },
  };
  const ask = (over: object, options: Partial<AnthropicOptions> = {}, genuine = true) =>
    body({ output: { name: "answer", schema: over as typeof schema } }, options, { genuine });

  it("is asked for by its schema; what the API cannot hold the model to becomes words", () => {
    expect(ask(schema)).toMatchObject({
      output_config: {
        format: {
          type: "json_schema",
          schema: {
            type: "object",
            additionalProperties: false,
            required: ["name"],
            properties: { name: { type: "string", description: "{minLength: 2}" } },
            $defs: { next: { additionalProperties: false } },
          },
        },
      },
    });
    expect(ask(schema)).not.toHaveProperty("system");
  });

  it.each([
    ["a list", { type: "array", items: { type: "string" } }],
    ["open", { type: "object", additionalProperties: { type: "string" } }],
    [
      "open within",
      {
        type: "object",
        properties: { a: { anyOf: [{ type: "object", additionalProperties: {} }] } },
      },
    ],
    ["a tree", { type: "object", properties: { child: { $ref: "#" } } }],
    [
      "a chain",
      {
        type: "object",
        properties: { a: { $ref: "#/$defs/a" } },
        $defs: { a: { type: "object", properties: { next: { $ref: "#/$defs/a" } } } },
      },
    ],
    ["a riddle", { type: "object", properties: { a: { $ref: "#/$defs/none" } } }],
    ["elsewhere", { type: "object", properties: { a: { $ref: "https://a.example" } } }],
    ["anything", { type: "object", properties: { a: {} } }],
  ])("that is %s is asked for in words", (_, over) => {
    const asked = ask(over);
    expect(asked).not.toHaveProperty("output_config");
    expect(asked.system).toBe(
      `Answer with nothing but JSON that fits this JSON Schema:\n${JSON.stringify(over)}`,
    );
  });

  it("is asked for in words, after the agent's own, where the model or the server is older", () => {
    const words = /^Be brief\.\n\nAnswer with nothing but JSON/;
    const over = { instructions: "Be brief.", output: { name: "answer", schema } };
    const older = body(over, { structuredOutput: "instructions" });
    expect(older.system).toMatch(words);
    expect(body(over, {}, { genuine: false }).system).toMatch(words);
    const told = body(over, { structuredOutput: "schema" }, { genuine: false });
    expect(told.system).toBe("Be brief.");
  });
});
