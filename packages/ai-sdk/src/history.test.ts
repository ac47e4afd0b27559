import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { agent, type Model, tool } from "@runwire/core";
import type { Json, Part } from "@runwire/core/protocol";
import { modelRequest, readModel } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { aiSdk } from "./ai-sdk.ts";
import { chatStream, content, toolCalls } from "./chat-wire.test.helper.ts";
import {
  end,
  messageStream,
  redacted,
  text,
  thinking,
  toolUse,
  webSearch,
} from "./messages-wire.test.helper.ts";
import type { AiSdkModel, AiSdkOptions } from "./options.ts";
import { stream, testServer, type WireServer } from "./wire-server.test.helper.ts";

const search = tool({
  description: "Search the docs",
  input: z.object({ query: z.string() }),
  execute: ({ query }) => ({ hits: [query] }),
});
const read = tool({
  description: "Read a file",
  input: z.object({ path: z.string() }),
  execute: ({ path }) => {
    if (path === "secret") throw new Error("Not for you.");
    return `The text of ${path}`;
  },
});

/** Lets the real loop play the answers, one per step. Returns the requests' bodies. */
async function play(make: (server: WireServer) => Model, answers: readonly string[]) {
  const server = await testServer();
  for (const answer of answers) server.answer(stream(answer));
  await agent({ name: "tester", model: make(server), tools: { search, read } }).run("Go").result;
  expect(server.asked).toHaveLength(answers.length);
  return server.asked.map(({ body }) => body);
}

const claude =
  (options: AiSdkOptions = {}) =>
  ({ baseURL }: WireServer) =>
    aiSdk(createAnthropic({ baseURL, apiKey: "sk-ant" })("claude-opus-5-5"), options);
const qwen = ({ baseURL }: WireServer) =>
  aiSdk(createOpenAICompatible({ name: "mine", baseURL, apiKey: "sk" })("qwen3"));

describe("what goes back through @ai-sdk/anthropic", () => {
  it("is what came: thoughts under their signatures, calls under their ids, and their results", async () => {
    const reasoning = { anthropic: { thinking: { type: "enabled", budgetTokens: 2_000 } } };
    const [, second] = await play(claude({ providerOptions: reasoning }), [
      messageStream(
        [
          ...thinking(0, "Think.", "sig-a"),
          ...redacted(1, "enc"),
          ...text(2, "Looking."),
          ...toolUse(3, "search", '{"query":"runs"}'),
          ...toolUse(4, "read", '{"path":"secret"}'),
        ],
        end("tool_use"),
      ),
      messageStream(text(0, "Done.")),
    ]);
    expect(second.messages[1]).toEqual({
      role: "assistant",
      content: [
        { type: "thinking", thinking: "Think.", signature: "sig-a" },
        { type: "redacted_thinking", data: "enc" },
        { type: "text", text: "Looking." },
        { type: "tool_use", id: "toolu_3", name: "search", input: { query: "runs" } },
        { type: "tool_use", id: "toolu_4", name: "read", input: { path: "secret" } },
      ],
    });
    expect(second.messages[2]).toMatchObject({
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "toolu_3", content: '{"hits":["runs"]}' },
        {
          type: "tool_result",
          tool_use_id: "toolu_4",
          content: "The call failed (tool-error): Not for you.",
          is_error: true,
        },
      ],
    });
  });

  it("is also what Anthropic's own tools were asked and answered", async () => {
    const found = {
      type: "web_search_result",
      url: "https://a.example",
      title: "A",
      encrypted_content: "enc",
      page_age: null,
    };
    const provider = createAnthropic({ apiKey: "none" });
    const hostedTools = { web_search: provider.tools.webSearch_20250305({ maxUses: 2 }) };
    const [first, second] = await play(claude({ hostedTools }), [
      messageStream(
        [...webSearch(0, "a", [found]), ...toolUse(2, "search", '{"query":"b"}')],
        end("tool_use"),
      ),
      messageStream(text(0, "Done.")),
    ]);
    expect(first.tools.at(-1)).toMatchObject({
      type: "web_search_20250305",
      name: "web_search",
      max_uses: 2,
    });
    expect(second.messages[1].content).toMatchObject([
      { type: "server_tool_use", id: "toolu_0", name: "web_search", input: { query: "a" } },
      {
        type: "web_search_tool_result",
        tool_use_id: "toolu_0",
        content: [{ url: "https://a.example", encrypted_content: "enc" }],
      },
      { type: "tool_use", id: "toolu_2" },
    ]);
  });
});

describe("what goes back through @ai-sdk/openai-compatible", () => {
  it("is what came, thoughts that nobody signed among it", async () => {
    const [, second] = await play(qwen, [
      chatStream(
        [
          { reasoning_content: "Think." },
          ...content("Looking."),
          ...toolCalls([
            { name: "search", args: '{"query":"runs"}' },
            { name: "read", args: '{"path":"a"}' },
          ]),
        ],
        { reason: "tool_calls" },
      ),
      chatStream(content("Done.")),
    ]);
    expect(second.messages.slice(1)).toMatchObject([
      {
        role: "assistant",
        content: "Looking.",
        reasoning_content: "Think.",
        tool_calls: [
          { id: "call_0", function: { name: "search", arguments: '{"query":"runs"}' } },
          { id: "call_1", function: { name: "read", arguments: '{"path":"a"}' } },
        ],
      },
      { role: "tool", tool_call_id: "call_0", content: '{"hits":["runs"]}' },
      { role: "tool", tool_call_id: "call_1", content: "The text of a" },
    ]);
  });
});

describe("what goes back through @ai-sdk/google", () => {
  /** The bytes of one answer, as Gemini's documentation has it. */
  const geminiStream = (parts: readonly object[]) =>
    [
      { candidates: [{ content: { role: "model", parts } }] },
      {
        candidates: [{ content: { role: "model", parts: [{ text: "" }] }, finishReason: "STOP" }],
        usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 },
      },
    ]
      .map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`)
      .join("");

  it("is what came: a call under the signature of the thought that led to it", async () => {
    const gemini = ({ baseURL }: WireServer) =>
      aiSdk(createGoogle({ baseURL, apiKey: "key" })("gemini-3-pro"));
    const [, second] = await play(gemini, [
      geminiStream([
        { text: "Think.", thought: true },
        { text: "Looking." },
        {
          functionCall: { name: "search", args: { query: "runs" } },
          thoughtSignature: "sig-a",
        },
      ]),
      geminiStream([{ text: "Done." }]),
    ]);
    expect(second.contents[1]).toMatchObject({
      role: "model",
      parts: expect.arrayContaining([
        { text: "Looking." },
        expect.objectContaining({
          functionCall: expect.objectContaining({ name: "search", args: { query: "runs" } }),
          thoughtSignature: "sig-a",
        }),
      ]),
    });
    expect(JSON.stringify(second.contents[2])).toContain("hits");
  });
});

describe("a prompt", () => {
  /** What a provider is asked after this history. */
  async function prompt(parts: readonly Part[], supportedUrls: AiSdkModel["supportedUrls"] = {}) {
    const calls: Parameters<AiSdkModel["doStream"]>[0][] = [];
    const model: AiSdkModel = {
      specificationVersion: "v4",
      provider: "me.chat",
      modelId: "m",
      supportedUrls,
      async doStream(options) {
        calls.push(options);
        throw new Error("Asked.");
      },
    };
    const user = parts.every((part) => !("step" in part));
    const messages = [{ id: "m1", role: user ? "user" : "assistant", parts } as const];
    await expect(readModel(aiSdk(model), modelRequest({ messages }))).rejects.toThrow("Asked.");
    return calls[0]?.prompt;
  }
  const own = (data: Json) => ({ provider: { "ai-sdk:me.chat": data } });
  const metadata = { me: { value: "sig" } };
  const call = { type: "tool", call: "c1", name: "look", step: 1, status: "completed" } as const;

  it("shows files by value, by an address that the model can read, or by name", async () => {
    const file = (mediaType: string, url: string, filename?: string): Part => ({
      type: "file",
      mediaType,
      url,
      ...(filename && { filename }),
    });
    const supported = Promise.resolve({ "image/*": [/^https:\/\/a\.example\//] });
    const parts = [
      file("image/png", "data:image/png;base64,AA=="),
      file("text/plain", "data:text/plain,%C3%A9", "a.txt"),
      file("image/png", "https://A.example/x.png"),
      file("application/pdf", "https://a.example/a.pdf", "a.pdf"),
      file("image/png", "https://b.example/x.png"),
    ];
    expect(await prompt(parts, supported)).toEqual([
      {
        role: "user",
        content: [
          { type: "file", mediaType: "image/png", data: { type: "data", data: "AA==" } },
          {
            type: "file",
            mediaType: "text/plain",
            data: { type: "data", data: "w6k=" },
            filename: "a.txt",
          },
          {
            type: "file",
            mediaType: "image/png",
            data: {
              type: "url",
              url: new URL("https://a.example/x.png"),
              originalUrl: "https://A.example/x.png",
            },
          },
          {
            type: "text",
            text: "[file a.pdf, application/pdf at https://a.example/a.pdf]",
          },
          { type: "text", text: "[file, image/png at https://b.example/x.png]" },
        ],
      },
    ]);
  });

  it("gives each part what its provider gave with it, and no other provider's", async () => {
    const theirs = { provider: { "ai-sdk:me.responses": { metadata }, anthropic: {} } };
    const parts: Part[] = [
      { type: "text", text: "a", step: 1, ...own({ metadata }) },
      { type: "text", text: "b", step: 1, ...theirs },
      { type: "reasoning", text: "lost", step: 1, ...theirs },
      { type: "opaque", step: 1, ...own({ type: "custom", kind: "me.x", metadata }) },
      {
        type: "opaque",
        step: 1,
        ...own({
          type: "reasoning-file",
          mediaType: "image/png",
          url: "data:image/png;base64,AA==",
        }),
      },
      { type: "opaque", step: 1, ...own({ type: "tool-result", id: "1", name: "s", output: 1 }) },
      {
        type: "opaque",
        step: 1,
        ...own({ type: "tool-result", id: "2", name: "s", output: 1, failed: true }),
      },
      { type: "file", mediaType: "image/png", url: "data:image/png;base64,AA==", step: 1 },
      {
        type: "file",
        mediaType: "image/png",
        url: "data:image/png;base64,AA==",
        step: 1,
        ...own({ metadata }),
      },
    ];
    const data = { type: "data", data: "AA==" };
    expect(await prompt(parts)).toEqual([
      {
        role: "assistant",
        content: [
          { type: "text", text: "a", providerOptions: metadata },
          { type: "text", text: "b" },
          { type: "custom", kind: "me.x", providerOptions: metadata },
          { type: "reasoning-file", mediaType: "image/png", data },
          {
            type: "tool-result",
            toolCallId: "1",
            toolName: "s",
            output: { type: "json", value: 1 },
          },
          {
            type: "tool-result",
            toolCallId: "2",
            toolName: "s",
            output: { type: "error-json", value: 1 },
          },
          { type: "text", text: "[file, image/png]" },
          { type: "file", mediaType: "image/png", data, providerOptions: metadata },
        ],
      },
    ]);
  });

  it("has calls of the provider with their results, unless those are still to come", async () => {
    const hosted = (data: Json, output?: Json): Part => ({
      ...call,
      executor: "provider",
      input: { q: "a" },
      ...(output === undefined ? { status: "failed" } : { output }),
      ...own(data),
    });
    const parts = [
      hosted({ id: "1", metadata, result: { metadata } }, ["hit"]),
      hosted({ id: "2", result: { failure: "down" } }),
      hosted({ id: "3" }, null),
    ];
    const called = {
      type: "tool-call",
      toolName: "look",
      input: { q: "a" },
      providerExecuted: true,
    };
    expect(await prompt(parts)).toEqual([
      {
        role: "assistant",
        content: [
          { ...called, toolCallId: "1", providerOptions: metadata },
          {
            type: "tool-result",
            toolCallId: "1",
            toolName: "look",
            output: { type: "json", value: ["hit"] },
            providerOptions: metadata,
          },
          { ...called, toolCallId: "2" },
          {
            type: "tool-result",
            toolCallId: "2",
            toolName: "look",
            output: { type: "error-json", value: "down" },
          },
          { ...called, toolCallId: "3" },
        ],
      },
    ]);
  });

  it("shows what a tool shows, and calls each call by an id of its own", async () => {
    const image = {
      type: "file",
      mediaType: "image/png",
      url: "data:image/png;base64,AA==",
    } as const;
    const parts: Part[] = [
      { ...call, input: {}, output: 1, content: [{ type: "text", text: "Look:" }, image] },
      { ...call, input: {}, output: 1, ...own({ id: "same", metadata }) },
      { ...call, input: {}, output: 1, ...own({ id: "same" }) },
    ];
    const asked = await prompt(parts);
    const calls = asked?.[0]?.content as { toolCallId: string }[];
    const results = asked?.[1]?.content as { toolCallId: string }[];
    const ids = calls.map(({ toolCallId }) => toolCallId);
    expect(new Set(ids).size).toBe(3);
    expect(results.map(({ toolCallId }) => toolCallId)).toEqual(ids);
    expect(calls[1]).toMatchObject({ toolCallId: "same", providerOptions: metadata });
    expect(results[0]).toMatchObject({
      output: {
        type: "content",
        value: [
          { type: "text", text: "Look:" },
          { type: "file", mediaType: "image/png", data: { type: "data", data: "AA==" } },
        ],
      },
    });
  });
});
