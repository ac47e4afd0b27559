import { agent, type Model, tool } from "@runwire/core";
import type { Message, Part } from "@runwire/core/protocol";
import { modelRequest, readModel } from "@runwire/core/testing";
import type { OpenAI } from "openai";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { chatStream, content, toolCalls } from "./chat-wire.test.helper.ts";
import { openai } from "./openai.ts";
import type { HostedTool } from "./options.ts";
import {
  type Draft,
  functionCall,
  interleaved,
  item,
  message,
  reasoning,
  responseStream,
} from "./responses-wire.test.helper.ts";
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
async function play(
  make: (server: WireServer) => Model,
  answers: readonly string[],
  tools: Parameters<typeof agent>[0]["tools"] = { search, read },
) {
  const server = await testServer();
  for (const answer of answers) server.answer(stream(answer));
  await agent({ name: "tester", model: make(server), tools }).run("Go").result;
  expect(server.asked).toHaveLength(answers.length);
  return server.asked.map(({ body }) => body);
}

const responses =
  (hostedTools: readonly HostedTool[] = []) =>
  (server: WireServer) =>
    openai("gpt-5", { baseURL: server.baseURL, apiKey: "sk", hostedTools });
const chat = (server: WireServer) =>
  openai.chat("qwen3", { baseURL: server.baseURL, apiKey: "sk" });

const goes = { role: "user", content: [{ type: "input_text", text: "Go" }] };
const shift = (drafts: readonly Draft[], by: number): Draft[] =>
  drafts.map((draft) =>
    "output_index" in draft ? { ...draft, output_index: draft.output_index + by } : draft,
  );

describe("what goes back to the Responses API", () => {
  it("is what came: reasoning as encrypted at its end, calls under their ids, and their results", async () => {
    const [first, second] = await play(responses(), [
      responseStream([
        ...reasoning(0, ["Think.", "More."]),
        ...message(1, "Looking.", { phase: "commentary" }),
        ...shift(
          interleaved([
            { name: "search", args: '{"query":"runs"}' },
            { name: "read", args: '{ "path": "secret" }' },
          ]),
          2,
        ),
      ]),
      responseStream(message(0, "Done.")),
    ]);
    expect(first.input).toEqual([goes]);
    expect(second.input).toEqual([
      goes,
      {
        id: "rs_0",
        type: "reasoning",
        summary: [
          { type: "summary_text", text: "Think." },
          { type: "summary_text", text: "More." },
        ],
        encrypted_content: "enc-done",
      },
      {
        id: "msg_1",
        type: "message",
        role: "assistant",
        status: "completed",
        phase: "commentary",
        content: [{ type: "output_text", text: "Looking.", annotations: [] }],
      },
      {
        id: "fc_0",
        type: "function_call",
        call_id: "call_0",
        name: "search",
        arguments: '{"query":"runs"}',
      },
      {
        id: "fc_1",
        type: "function_call",
        call_id: "call_1",
        name: "read",
        arguments: '{ "path": "secret" }',
      },
      { type: "function_call_output", call_id: "call_0", output: '{"hits":["runs"]}' },
      {
        type: "function_call_output",
        call_id: "call_1",
        output: "The call failed (tool-error): Not for you.",
      },
    ]);
  });

  it("begins with what went before, letter by letter, so that the cache holds", async () => {
    const bodies = await play(responses(), [
      responseStream([...reasoning(0, ["a"]), ...functionCall(1, "search", '{"query":"a"}')]),
      responseStream([...reasoning(0, ["b"]), ...functionCall(1, "search", '{"query":"b"}')]),
      responseStream(message(0, "Done.")),
    ]);
    for (const [index, { input }] of bodies.entries()) {
      const before = bodies[index - 1]?.input ?? [];
      expect(JSON.stringify(input.slice(0, before.length))).toBe(JSON.stringify(before));
    }
  });

  it("tells calls apart whose server gives them all the same id", async () => {
    const same = interleaved([
      { name: "search", args: '{"query":"a"}' },
      { name: "search", args: '{"query":"b"}' },
    ]).map((draft) =>
      "item" in draft && draft.item.type === "function_call"
        ? ({ ...draft, item: { ...draft.item, call_id: "call" } } as Draft)
        : draft,
    );
    const [, second] = await play(responses(), [
      responseStream(same),
      responseStream(message(0, "Done.")),
    ]);
    const ids = second.input.flatMap((sent: { call_id?: string }) => sent.call_id ?? []);
    expect(ids).toEqual(["call", "call00002", "call", "call00002"]);
  });

  it("gives arguments that are not JSON as `{}`, and quotes them in the result", async () => {
    const [, second] = await play(responses(), [
      responseStream(functionCall(0, "search", '{"query": "a')),
      responseStream(message(0, "Sorry.")),
    ]);
    expect(second.input[1]).toMatchObject({ type: "function_call", arguments: "{}" });
    expect(second.input[2].output).toContain('{"query": "a');
    expect(second.input[2].call_id).toBe(second.input[1].call_id);
  });

  it("is what hosted tools, images and unknown items were", async () => {
    const code = {
      id: "ci_0",
      type: "code_interpreter_call",
      status: "completed",
      container_id: "cntr_1",
      code: "print(1)",
      outputs: [{ type: "logs", logs: "1\n" }],
    } as const;
    const web: OpenAI.Responses.ResponseFunctionWebSearch = {
      id: "ws_1",
      type: "web_search_call",
      status: "completed",
      action: {
        type: "search",
        query: "runs",
        sources: [{ type: "url", url: "https://a.example" }],
      },
    };
    const files = {
      id: "fs_2",
      type: "file_search_call",
      status: "completed",
      queries: ["runs"],
      results: [{ file_id: "f", text: "x" }],
    } as const;
    const mcp = {
      id: "mcp_3",
      type: "mcp_call",
      server_label: "dice",
      name: "roll",
      arguments: '{"sides":6}',
      output: "4",
      status: "completed",
    } as const;
    const image = {
      id: "ig_4",
      type: "image_generation_call",
      status: "completed",
      output_format: "png",
      result: "iVBORw==",
    } as const;
    const compaction = { id: "cmp_5", type: "compaction", encrypted_content: "enc" } as const;
    const items = [
      code,
      web,
      files,
      mcp,
      image,
      compaction,
    ] as unknown as OpenAI.Responses.ResponseOutputItem[];
    const [, second] = await play(responses([{ type: "web_search" }]), [
      responseStream([
        ...items.flatMap((done, index) => item(index, done)),
        ...functionCall(6, "search", '{"query":"a"}'),
      ]),
      responseStream(message(0, "Done.")),
    ]);
    const { sources: _, ...action } =
      web.action as OpenAI.Responses.ResponseFunctionWebSearch.Search;
    expect(second.input.slice(1, 7)).toEqual([
      code,
      // Where it looked is known; what it found is not asked for.
      { ...web, action },
      files,
      mcp,
      image,
      compaction,
    ]);
  });

  it("is a custom tool's text, and the output of its kind", async () => {
    const sql: OpenAI.Responses.ResponseCustomToolCall = {
      id: "ctc_0",
      type: "custom_tool_call",
      call_id: "call_0",
      name: "run_sql",
      input: 'SELECT "a"',
    };
    const runSql = tool({
      description: "Run SQL",
      input: z.object({ sql: z.string() }),
      execute: ({ sql }) => `ran ${sql}`,
    });
    const [first, second] = await play(
      responses([{ type: "custom", name: "run_sql" }]),
      [responseStream(item(0, sql)), responseStream(message(0, "Done."))],
      { run_sql: runSql },
    );
    expect(first.tools).toEqual([{ type: "custom", name: "run_sql", description: "Run SQL" }]);
    expect(second.input.slice(1)).toEqual([
      sql,
      { type: "custom_tool_call_output", call_id: "call_0", output: 'ran SELECT "a"' },
    ]);
  });

  it("shows what a tool wants the model to see", async () => {
    const shot = tool({
      description: "Take a picture",
      execute: () => "taken",
      toModel: () => [
        { type: "text", text: "Here:" },
        { type: "file", mediaType: "image/png", url: "data:image/png;base64,AA==" },
      ],
    });
    const [, second] = await play(
      responses(),
      [responseStream(functionCall(0, "shot", "{}")), responseStream(message(0, "Nice."))],
      { shot },
    );
    expect(second.input[2].output).toEqual([
      { type: "input_text", text: "Here:" },
      { type: "input_image", image_url: "data:image/png;base64,AA==", detail: "auto" },
    ]);
  });
});

describe("what goes to the Responses API of another model's history", () => {
  const past = (...parts: Part[]): Message[] => [
    { id: "m1", role: "user", parts: [{ type: "text", text: "Go" }] },
    { id: "m2", role: "assistant", parts },
  ];
  async function inputOf(messages: readonly Message[], model = "gpt-5") {
    const server = await testServer();
    server.answer(stream(responseStream(message(0, "Hi"))));
    await readModel(
      openai(model, { baseURL: server.baseURL, apiKey: "sk" }),
      modelRequest({ messages }),
    );
    const { host } = new URL(server.baseURL);
    return { input: server.asked[0]?.body.input.slice(1), key: `openai@${host}` };
  }

  it("is its words and its calls, but not what only its provider can read", async () => {
    const foreign = { anthropic: { signature: "sig" } };
    const { input } = await inputOf(
      past(
        { type: "reasoning", step: 1, text: "hm", provider: foreign },
        { type: "text", step: 1, text: "Looking.", provider: foreign },
        { type: "text", step: 1, text: "No.", refusal: true },
        { type: "file", step: 1, mediaType: "image/png", url: "data:image/png;base64,AA==" },
        {
          type: "tool",
          call: "c9",
          name: "search",
          step: 1,
          status: "completed",
          input: { query: "a" },
          output: null,
          provider: foreign,
        },
      ),
    );
    expect(input).toEqual([
      { role: "assistant", content: "Looking." },
      { role: "assistant", content: "No." },
      {
        role: "user",
        content: [{ type: "input_image", image_url: "data:image/png;base64,AA==", detail: "auto" }],
      },
      { type: "function_call", call_id: "call00001", name: "search", arguments: '{"query":"a"}' },
      { type: "function_call_output", call_id: "call00001", output: "null" },
    ]);
  });

  it("is without reasoning where the model does not reason", async () => {
    const server = await testServer();
    const { host } = new URL(server.baseURL);
    const parts: Part[] = [
      {
        type: "reasoning",
        step: 1,
        text: "hm",
        provider: { [`openai@${host}`]: { type: "reasoning", id: "rs", encrypted_content: "x" } },
      },
      { type: "text", step: 1, text: "Hi" },
    ];
    for (const [model, count] of [
      ["gpt-5", 3],
      ["gpt-4.1", 2],
    ] as const) {
      server.answer(stream(responseStream(message(0, "Hi"))));
      const adapter = openai(model, { baseURL: server.baseURL, apiKey: "sk" });
      await readModel(adapter, modelRequest({ messages: past(...parts) }));
      expect(server.asked.at(-1)?.body.input).toHaveLength(count);
    }
  });

  it("makes one message again of the texts that were one", async () => {
    const server = await testServer();
    const { host } = new URL(server.baseURL);
    const data = { type: "message", id: "msg_1", status: "completed" } as const;
    const provider = { [`openai@${host}`]: data };
    const parts: Part[] = [
      { type: "text", step: 1, text: "Yes.", provider },
      { type: "text", step: 1, text: "No.", refusal: true, provider },
      {
        type: "text",
        step: 1,
        text: "Other.",
        provider: { [`openai@${host}`]: { ...data, id: "msg_2" } },
      },
    ];
    server.answer(stream(responseStream(message(0, "Hi"))));
    const adapter = openai("gpt-5", { baseURL: server.baseURL, apiKey: "sk" });
    await readModel(adapter, modelRequest({ messages: past(...parts) }));
    expect(server.asked[0]?.body.input.slice(1)).toEqual([
      {
        ...data,
        role: "assistant",
        content: [
          { type: "output_text", text: "Yes.", annotations: [] },
          { type: "refusal", refusal: "No." },
        ],
      },
      {
        ...data,
        id: "msg_2",
        role: "assistant",
        content: [{ type: "output_text", text: "Other.", annotations: [] }],
      },
    ]);
  });
});

describe("what goes back to Chat Completions", () => {
  it("is what was said and called, with reasoning where the server gave it", async () => {
    const [, second] = await play(chat, [
      chatStream(
        [
          { reasoning_content: "Let me " },
          { reasoning_content: "look." },
          ...content("Looking."),
          ...toolCalls([
            { name: "search", args: '{"query":"runs"}' },
            { name: "read", args: '{"path":"secret"}' },
          ]),
        ],
        { reason: "tool_calls" },
      ),
      chatStream(content("Done.")),
    ]);
    expect(second.messages).toEqual([
      { role: "user", content: "Go" },
      {
        role: "assistant",
        content: "Looking.",
        reasoning_content: "Let me look.",
        tool_calls: [
          {
            id: "call_0",
            type: "function",
            function: { name: "search", arguments: '{"query":"runs"}' },
          },
          {
            id: "call_1",
            type: "function",
            function: { name: "read", arguments: '{"path":"secret"}' },
          },
        ],
      },
      { role: "tool", tool_call_id: "call_0", content: '{"hits":["runs"]}' },
      {
        role: "tool",
        tool_call_id: "call_1",
        content: "The call failed (tool-error): Not for you.",
      },
    ]);
  });

  it("has ids of our own where the server's are missing or come again", async () => {
    const call = (id?: string) => ({
      tool_calls: [{ index: 0, id, function: { name: "search", arguments: '{"query":"a"}' } }],
    });
    const bodies = await play(chat, [
      chatStream([call()]),
      chatStream([call("call_x")]),
      chatStream([call("call_x")]),
      chatStream(content("Done.")),
    ]);
    const { messages } = bodies[3];
    const sent = messages.flatMap((sent: { tool_calls?: { id: string }[] }) =>
      (sent.tool_calls ?? []).map(({ id }) => id),
    );
    const answered = messages.flatMap((sent: { tool_call_id?: string }) => sent.tool_call_id ?? []);
    expect(sent).toEqual(["call00001", "call_x", "call00003"]);
    expect(answered).toEqual(sent);
  });

  it("has thought signatures and reasoning details, as they came", async () => {
    const extra_content = { google: { thought_signature: "sig" } };
    const detail = { type: "reasoning.text", text: "Hm.", signature: "s", index: 0 };
    const call = {
      index: 0,
      id: "a",
      extra_content,
      function: { name: "search", arguments: '{"query":"a"}' },
    };
    const [, second] = await play(chat, [
      chatStream([{ reasoning: "Hm.", reasoning_details: [detail] }, { tool_calls: [call] }]),
      chatStream(content("Done.")),
    ]);
    expect(second.messages[1]).toEqual({
      role: "assistant",
      content: null,
      reasoning_details: [detail],
      tool_calls: [
        {
          id: "a",
          type: "function",
          function: { name: "search", arguments: '{"query":"a"}' },
          extra_content,
        },
      ],
    });
  });

  it("has reasoning only between users' messages where something was called", async () => {
    const server = await testServer();
    const { host } = new URL(server.baseURL);
    const provider = { [`openai-chat@${host}`]: { field: "reasoning" } };
    const thought = (step: number): Part => ({
      type: "reasoning",
      step,
      text: `t${step}`,
      provider,
    });
    const said = (step: number): Part => ({ type: "text", step, text: `s${step}` });
    const user = (id: string): Message => ({
      id,
      role: "user",
      parts: [{ type: "text", text: id }],
    });
    const call: Part = {
      type: "tool",
      call: "c1",
      name: "search",
      step: 2,
      status: "completed",
      input: {},
      output: "x",
    };
    server.answer(stream(chatStream(content("Hi"))));
    await readModel(
      chat(server),
      modelRequest({
        messages: [
          user("u1"),
          { id: "m1", role: "assistant", parts: [thought(1), said(1)] },
          user("u2"),
          { id: "m2", role: "assistant", parts: [thought(2), call, thought(3), said(3)] },
          user("u3"),
        ],
      }),
    );
    const thoughts = server.asked[0]?.body.messages.map(
      ({ reasoning }: { reasoning?: string }) => reasoning,
    );
    expect(thoughts).toEqual([undefined, undefined, undefined, "t2", undefined, "t3", undefined]);
  });

  it("shows pictures that a tool returned after all its results", async () => {
    const shot = tool({
      description: "Take a picture",
      execute: () => "taken",
      toModel: () => [
        { type: "text", text: "Here:" },
        { type: "file", mediaType: "image/png", url: "data:image/png;base64,AA==" },
      ],
    });
    const [, second] = await play(
      chat,
      [
        chatStream(
          toolCalls([
            { name: "shot", args: "{}" },
            { name: "shot", args: "{}" },
          ]),
        ),
        chatStream(content("Nice.")),
      ],
      { shot },
    );
    expect(second.messages.slice(2)).toEqual([
      { role: "tool", tool_call_id: "call_0", content: "Here:\n[file, image/png]" },
      { role: "tool", tool_call_id: "call_1", content: "Here:\n[file, image/png]" },
      {
        role: "user",
        content: [
          { type: "text", text: "What shot returned:" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
          { type: "text", text: "What shot returned:" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
        ],
      },
    ]);
  });
});
