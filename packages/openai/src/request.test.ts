import type { ModelRequest } from "@runwire/core";
import { modelRequest, readModel } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import { chatBody } from "./chat-request.ts";
import { chatStream, content } from "./chat-wire.test.helper.ts";
import { openai } from "./openai.ts";
import type { OpenAIChatOptions, OpenAIOptions } from "./options.ts";
import { responseBody } from "./response-request.ts";
import { message, responseStream } from "./responses-wire.test.helper.ts";
import { stream, testServer } from "./wire-server.test.helper.ts";

const client = { baseURL: "http://127.0.0.1:1", apiKey: "sk" };
const responses = (
  over: Partial<ModelRequest> = {},
  options: Partial<OpenAIOptions> = {},
  model = "gpt-5",
) =>
  responseBody(model, modelRequest(over), { ...client, ...options } as OpenAIOptions, {
    genuine: true,
    key: "openai",
  });
const chat = (
  over: Partial<ModelRequest> = {},
  options: Partial<OpenAIChatOptions> = {},
  genuine = true,
) =>
  chatBody("gpt-4.1", modelRequest(over), { ...client, ...options } as OpenAIChatOptions, {
    genuine,
    key: "openai-chat",
  });

const search = {
  name: "search",
  description: "Search the docs",
  input: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
};
const loose = { name: "loose", description: "Take anything", input: { type: "object" } };
const object = {
  name: "an answer!",
  schema: { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
};
const list = { name: "answer", schema: { type: "array", items: { type: "string" } } };
const files = [
  { type: "text" as const, text: "Look:" },
  { type: "file" as const, mediaType: "image/png", url: "https://a.example/x.png" },
  {
    type: "file" as const,
    mediaType: "application/pdf",
    url: "data:application/pdf;base64,AA==",
    filename: "a.pdf",
  },
  { type: "file" as const, mediaType: "application/pdf", url: "https://a.example/a.pdf" },
  { type: "file" as const, mediaType: "audio/mpeg", url: "data:audio/mpeg;base64,AA==" },
];
const looking = { messages: [{ id: "m", role: "user" as const, parts: files }] };

describe("a request to the Responses API", () => {
  it("carries all it needs, and leaves nothing to the server's memory", async () => {
    const server = await testServer();
    server.answer(stream(responseStream(message(0, "Hi"))));
    const model = openai("gpt-5", { baseURL: server.baseURL, apiKey: "sk" });
    await readModel(model, modelRequest({ instructions: "Be brief." }));
    expect(server.asked[0]?.path).toBe("/v1/responses");
    expect(server.asked[0]?.body).toEqual({
      model: "gpt-5",
      input: [{ role: "user", content: [{ type: "input_text", text: "Hi" }] }],
      store: false,
      instructions: "Be brief.",
      include: ["reasoning.encrypted_content"],
      stream: true,
    });
  });

  it("names the thread to OpenAI's cache, where the name fits", () => {
    expect(responses()).toMatchObject({ prompt_cache_key: "thr_1" });
    expect(responses({ thread: "t".repeat(65) })).not.toHaveProperty("prompt_cache_key");
  });

  it("asks for encrypted reasoning only where the model reasons", () => {
    for (const model of [
      "gpt-4o-mini",
      "gpt-4.1",
      "ft:gpt-4.1:me",
      "openai/gpt-4o",
      "gpt-5-chat-latest",
      "chatgpt-4o-latest",
    ]) {
      expect(responses({}, {}, model), model).not.toHaveProperty("include");
    }
    for (const model of ["gpt-5", "gpt-5.6-sol", "o3", "gpt-oss-120b", "codex-mini-latest"]) {
      expect(responses({}, {}, model), model).toHaveProperty("include");
    }
    expect(responses({}, { reasoning: { effort: "low" } }, "gpt-4-thinking")).toHaveProperty(
      "include",
    );
  });

  it("takes every setting", () => {
    expect(
      responses(
        { tools: [search] },
        {
          temperature: 0.5,
          topP: 0.9,
          maxOutputTokens: 100,
          parallelToolCalls: false,
          verbosity: "low",
          serviceTier: "flex",
          reasoning: { effort: "high", summary: "auto" },
          store: true,
        },
      ),
    ).toMatchObject({
      temperature: 0.5,
      top_p: 0.9,
      max_output_tokens: 100,
      parallel_tool_calls: false,
      text: { verbosity: "low" },
      service_tier: "flex",
      reasoning: { effort: "high", summary: "auto" },
      store: true,
      metadata: { run: "run_1", thread: "thr_1" },
    });
    // Refused without tools.
    expect(responses({}, { parallelToolCalls: false })).not.toHaveProperty("parallel_tool_calls");
  });

  it("takes fields that have no setting, which win", () => {
    const extra = {
      truncation: "auto",
      store: true,
      stream: false,
      include: ["web_search_call.action.sources"],
    };
    expect(responses({}, { extra })).toMatchObject({
      truncation: "auto",
      store: true,
      stream: true,
      include: ["reasoning.encrypted_content", "web_search_call.action.sources"],
    });
  });

  it("is strict about tools whose schema allows it, and says so about the others", () => {
    expect(responses({ tools: [search, loose] }).tools).toEqual([
      {
        type: "function",
        name: "search",
        description: "Search the docs",
        parameters: { ...search.input, additionalProperties: false },
        strict: true,
      },
      {
        type: "function",
        name: "loose",
        description: "Take anything",
        parameters: loose.input,
        strict: false,
      },
    ]);
  });

  it("offers OpenAI's own tools, and custom tools in the place of the agent's", () => {
    const grammar = { type: "grammar", syntax: "regex", definition: ".*" } as const;
    const { tools } = responses(
      { tools: [search, loose] },
      {
        hostedTools: [{ type: "web_search" }, { type: "custom", name: "search", format: grammar }],
      },
    );
    expect(tools).toEqual([
      expect.objectContaining({ type: "function", name: "loose" }),
      { type: "web_search" },
      { type: "custom", name: "search", description: "Search the docs", format: grammar },
    ]);
  });

  it("asks for structured output by its schema, or in words where it is no object", () => {
    expect(responses({ output: object }, { verbosity: "low" }).text).toEqual({
      format: {
        type: "json_schema",
        name: "an_answer_",
        schema: { ...object.schema, additionalProperties: false },
        strict: true,
      },
      verbosity: "low",
    });
    const words = responses({ output: list, instructions: "Be brief." });
    expect(words).not.toHaveProperty("text");
    expect(words.instructions).toBe(
      `Be brief.\n\nAnswer with nothing but JSON that fits this JSON Schema:\n${JSON.stringify(list.schema)}`,
    );
  });

  it("shows images and files", () => {
    expect(responses(looking).input).toEqual([
      {
        role: "user",
        content: [
          { type: "input_text", text: "Look:" },
          { type: "input_image", image_url: "https://a.example/x.png", detail: "auto" },
          { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,AA==" },
          { type: "input_file", file_url: "https://a.example/a.pdf" },
          { type: "input_file", filename: "file", file_data: "data:audio/mpeg;base64,AA==" },
        ],
      },
    ]);
  });
});

describe("a request to Chat Completions", () => {
  it("says no more than it must", async () => {
    const server = await testServer();
    server.answer(stream(chatStream(content("Hi"))));
    const model = openai.chat("qwen3", { baseURL: server.baseURL });
    await readModel(model, modelRequest({ instructions: "Be brief." }));
    expect(server.asked[0]?.path).toBe("/v1/chat/completions");
    expect(server.asked[0]?.body).toEqual({
      model: "qwen3",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi" },
      ],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("takes every setting", () => {
    const options = {
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 100,
      parallelToolCalls: false,
      verbosity: "low",
      serviceTier: "flex",
      reasoning: { effort: "high" },
      extra: { seed: 1, stream_options: undefined },
    } as const;
    const body = chat({ tools: [search] }, options);
    expect(body).toMatchObject({
      temperature: 0.5,
      top_p: 0.9,
      max_completion_tokens: 100,
      parallel_tool_calls: false,
      verbosity: "low",
      service_tier: "flex",
      reasoning_effort: "high",
      seed: 1,
    });
    expect(JSON.parse(JSON.stringify(body))).not.toHaveProperty("stream_options");
    expect(chat({}, options)).not.toHaveProperty("parallel_tool_calls");
  });

  it("limits other servers by the old name", () => {
    const body = chat({}, { maxOutputTokens: 100 }, false);
    expect(body).toMatchObject({ max_tokens: 100 });
    expect(body).not.toHaveProperty("max_completion_tokens");
  });

  it("is strict about tools whose schema allows it, and silent about the others", () => {
    expect(chat({ tools: [search, loose] }).tools).toEqual([
      {
        type: "function",
        function: {
          name: "search",
          description: "Search the docs",
          parameters: { ...search.input, additionalProperties: false },
          strict: true,
        },
      },
      {
        type: "function",
        function: { name: "loose", description: "Take anything", parameters: loose.input },
      },
    ]);
  });

  it("asks for structured output by its schema, by JSON mode, or in words", () => {
    expect(chat({ output: object }).response_format).toMatchObject({
      type: "json_schema",
      json_schema: { name: "an_answer_", strict: true },
    });
    const mode = chat({ output: object }, { structuredOutput: "json" });
    expect(mode.response_format).toEqual({ type: "json_object" });
    expect(mode.messages[0]).toMatchObject({
      role: "system",
      content: expect.stringContaining(JSON.stringify(object.schema)),
    });
    const words = chat({ output: list });
    expect(words).not.toHaveProperty("response_format");
    expect(words.messages[0]).toMatchObject({ role: "system" });
  });

  it("shows images and files, and names what it cannot show", () => {
    expect(chat(looking).messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Look:" },
          { type: "image_url", image_url: { url: "https://a.example/x.png" } },
          {
            type: "file",
            file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AA==" },
          },
          { type: "text", text: "[file, application/pdf at https://a.example/a.pdf]" },
          { type: "input_audio", input_audio: { data: "AA==", format: "mp3" } },
        ],
      },
    ]);
  });
});
