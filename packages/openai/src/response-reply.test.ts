import { ModelError, type ModelEvent, type ModelRequest } from "@runwire/core";
import { modelRequest, readModel, textOfAnswer } from "@runwire/core/testing";
import type { OpenAI } from "openai";
import { describe, expect, it } from "vitest";
import { openai } from "./openai.ts";
import type { OpenAIOptions } from "./options.ts";
import {
  completed,
  type Draft,
  functionCall,
  incomplete,
  interleaved,
  item,
  message,
  reasoning,
  refusal,
  response,
  responseStream,
} from "./responses-wire.test.helper.ts";
import { sse } from "./sse.test.helper.ts";
import { stream, testServer } from "./wire-server.test.helper.ts";

type OutputItem = OpenAI.Responses.ResponseOutputItem;

/** What the adapter makes of these bytes. Provider data are under `me`, whatever the server's port. */
async function read(
  text: string,
  options: Pick<OpenAIOptions, "store"> & { readonly request?: Partial<ModelRequest> } = {},
): Promise<readonly ModelEvent[]> {
  const server = await testServer();
  server.answer(stream(text));
  const { host } = new URL(server.baseURL);
  const { request, ...settings } = options;
  const model = openai("gpt-5", { baseURL: server.baseURL, apiKey: "sk-test", ...settings });
  const events = await readModel(model, modelRequest(request));
  return JSON.parse(JSON.stringify(events).replaceAll(`openai@${host}`, "me"));
}

async function failure(text: string): Promise<ModelError> {
  const error = await read(text).catch((thrown: unknown) => thrown);
  if (!ModelError.is(error)) throw new Error("no ModelError", { cause: error });
  return error;
}

const without = (events: readonly ModelEvent[], ...types: ModelEvent["type"][]) =>
  events.filter(({ type }) => !types.includes(type));

describe("a response", () => {
  it("is its items, their pieces, and an end with usage", async () => {
    const events = await read(responseStream([...reasoning(0, ["Hm."]), ...message(1, "Hi you")]));
    expect(events).toEqual([
      { type: "reasoning.started", id: "0" },
      { type: "reasoning.delta", id: "0", delta: "Hm." },
      {
        type: "reasoning.completed",
        id: "0",
        provider: {
          me: {
            id: "rs_0",
            type: "reasoning",
            summary: [{ type: "summary_text", text: "Hm." }],
            encrypted_content: "enc-done",
          },
        },
      },
      { type: "text.started", id: "1.0" },
      { type: "text.delta", id: "1.0", delta: "Hi yo" },
      { type: "text.delta", id: "1.0", delta: "u" },
      {
        type: "text.completed",
        id: "1.0",
        provider: { me: { type: "message", id: "msg_1", status: "completed" } },
      },
      {
        type: "finish",
        finishReason: "stop",
        usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40, reasoningTokens: 5 },
      },
    ]);
  });

  it("joins the summaries of one reasoning item by empty lines", async () => {
    const events = await read(responseStream(reasoning(0, ["First.", "Second.", "Third."])));
    expect(textOfAnswer(events, "reasoning")).toBe("First.\n\nSecond.\n\nThird.");
    expect(events.filter(({ type }) => type === "reasoning.started")).toHaveLength(1);
  });

  it("shows open reasoning where a model has it", async () => {
    const done: OutputItem = {
      id: "rs_0",
      type: "reasoning",
      summary: [],
      content: [{ type: "reasoning_text", text: "So open." }],
    };
    const at = { item_id: "rs_0", output_index: 0, content_index: 0 };
    const events = await read(
      responseStream(
        item(0, done, { ...done, content: [] }, [
          { type: "response.reasoning_text.delta", ...at, delta: "So open." },
        ]),
      ),
    );
    expect(textOfAnswer(events, "reasoning")).toBe("So open.");
    expect(events).toContainEqual({
      type: "reasoning.completed",
      id: "0",
      provider: { me: JSON.parse(JSON.stringify(done)) },
    });
  });

  it("does not hand back reasoning that the provider has neither given nor kept", async () => {
    const bare = responseStream(reasoning(0, ["Hm."], null));
    expect(await read(bare)).toContainEqual({ type: "reasoning.completed", id: "0" });
    expect(await read(bare, { store: true })).toContainEqual(
      expect.objectContaining({ type: "reasoning.completed", provider: expect.anything() }),
    );
  });

  it("marks a refusal, and keeps the phase of a message", async () => {
    const refused = await read(responseStream(refusal(0, "I will not.")));
    expect(refused).toContainEqual({ type: "text.started", id: "0.0", refusal: true });
    expect(refused.at(-1)).toMatchObject({ finishReason: "refusal" });

    const said = await read(responseStream(message(0, "Wait.", { phase: "commentary" })));
    expect(said).toContainEqual(
      expect.objectContaining({
        type: "text.completed",
        provider: { me: expect.objectContaining({ phase: "commentary" }) },
      }),
    );
  });

  it("tells interleaved calls apart, and keeps what is not canonical of their arguments", async () => {
    const events = await read(
      responseStream(
        interleaved([
          { name: "search", args: '{"query":"a"}' },
          { name: "read", args: '{ "path": "b" }' },
        ]),
      ),
    );
    expect(events.filter(({ type }) => type === "tool.called")).toEqual([
      {
        type: "tool.called",
        call: "0",
        name: "search",
        args: '{"query":"a"}',
        provider: { me: { id: "fc_0", type: "function_call", call_id: "call_0" } },
      },
      {
        type: "tool.called",
        call: "1",
        name: "read",
        args: '{ "path": "b" }',
        provider: {
          me: {
            id: "fc_1",
            type: "function_call",
            call_id: "call_1",
            arguments: '{ "path": "b" }',
          },
        },
      },
    ]);
    expect(events.at(-1)).toMatchObject({ finishReason: "tool-calls" });
  });

  it("goes by the item's place where a server changes its id midway", async () => {
    const drafts = message(0, "Hello").map((draft) =>
      "item_id" in draft ? { ...draft, item_id: "other" } : draft,
    );
    expect(textOfAnswer(await read(responseStream(drafts)))).toBe("Hello");
  });

  it("goes by the order where a server gives all items one place", async () => {
    const drafts = [
      ...reasoning(0, ["Hm."]),
      ...message(0, "Hello"),
      ...functionCall(0, "a", "{}"),
    ];
    const events = await read(responseStream([...drafts, ...functionCall(0, "b", "{}")]));
    expect(textOfAnswer(events)).toBe("Hello");
    const names = events.flatMap((event) => (event.type === "tool.called" ? event.name : []));
    expect(names).toEqual(["a", "b"]);
  });

  it("reads a response that was not streamed in pieces", async () => {
    const whole = [message(0, "Hello"), functionCall(1, "search", "{}")].map((drafts) => {
      const last = drafts.at(-1);
      if (last?.type !== "response.output_item.done") throw new Error("no item");
      return last.item;
    });
    const end = responseStream([], completed({ output: whole }));
    const items = responseStream(
      whole.map(
        (item, output_index): Draft => ({
          type: "response.output_item.done",
          output_index,
          item,
        }),
      ),
      completed({ output: whole }),
    );
    for (const bytes of [end, items]) {
      const events = await read(bytes);
      expect(textOfAnswer(events)).toBe("Hello");
      expect(events.filter(({ type }) => type === "tool.called")).toHaveLength(1);
    }
  });

  it("passes over events that it does not know", async () => {
    const odd = [
      { type: "response.odd.thing", output_index: 0 },
      { type: "something.else" },
      ...message(0, "Hello"),
    ] as Draft[];
    expect(textOfAnswer(await read(responseStream(odd)))).toBe("Hello");
  });
});

describe("structured output", () => {
  const output = { name: "answer", schema: { type: "object", properties: {} } };

  it("marks the text that is the answer, and no refusal and no remark", async () => {
    const json = await read(responseStream(message(0, "{}")), { request: { output } });
    expect(json[0]).toEqual({ type: "text.started", id: "0.0", format: "json" });
    const remark = responseStream(message(0, "One moment", { phase: "commentary" }));
    expect((await read(remark, { request: { output } }))[0]).not.toHaveProperty("format");
    const refused = await read(responseStream(refusal(0, "No")), { request: { output } });
    expect(refused[0]).not.toHaveProperty("format");
  });
});

describe("a custom tool", () => {
  const call: OpenAI.Responses.ResponseCustomToolCall = {
    id: "ctc_0",
    type: "custom_tool_call",
    call_id: "call_0",
    name: "run_sql",
    input: 'SELECT "é😀"\n',
  };
  const at = { item_id: "ctc_0", output_index: 0 };
  // The pieces cut the emoji in two.
  const bytes = responseStream(
    item(0, call, { ...call, input: "" }, [
      { type: "response.custom_tool_call_input.delta", ...at, delta: 'SELECT "é\ud83d' },
      { type: "response.custom_tool_call_input.delta", ...at, delta: '\ude00"\n' },
      { type: "response.custom_tool_call_input.done", ...at, input: call.input },
    ]),
  );
  const streamed = (events: readonly ModelEvent[]) =>
    events.map((event) => (event.type === "tool.args.delta" ? event.delta : "")).join("");

  it("gives its text as a JSON string", async () => {
    const events = await read(bytes);
    expect(JSON.parse(streamed(events))).toBe(call.input);
    expect(events).toContainEqual({
      type: "tool.called",
      call: "0",
      name: "run_sql",
      args: JSON.stringify(call.input),
      provider: { me: { id: "ctc_0", type: "custom_tool_call", call_id: "call_0" } },
    });
  });

  it("gives its text as the one field of the tool for which it stands in", async () => {
    const input = { type: "object", properties: { sql: { type: "string" } } };
    const tools = [{ name: "run_sql", description: "Run", input }];
    const events = await read(bytes, { request: { tools } });
    expect(JSON.parse(streamed(events))).toEqual({ sql: call.input });
    expect(events.find((event) => event.type === "tool.called")?.args).toBe(
      JSON.stringify({ sql: call.input }),
    );
  });
});

describe("hosted tools", () => {
  const settled = (events: readonly ModelEvent[]) =>
    without(events, "tool.args.started", "tool.args.delta", "finish");

  it("searches the web", async () => {
    const search: OutputItem = {
      id: "ws_0",
      type: "web_search_call",
      status: "completed",
      action: {
        type: "search",
        query: "runs",
        sources: [{ type: "url", url: "https://a.example" }],
      },
    };
    const events = await read(responseStream(item(0, search)));
    expect(events[0]).toEqual({ type: "tool.args.started", call: "0", name: "web_search" });
    expect(settled(events)).toEqual([
      {
        type: "tool.called",
        call: "0",
        name: "web_search",
        args: '{"type":"search","query":"runs"}',
        executor: "provider",
      },
      {
        type: "tool.completed",
        call: "0",
        output: [{ type: "url", url: "https://a.example" }],
        provider: { me: { id: "ws_0", type: "web_search_call", status: "completed" } },
      },
    ]);
    // It is settled already: nobody must answer it.
    expect(events.at(-1)).toMatchObject({ finishReason: "stop" });
  });

  it("does not hand back half an item", async () => {
    const search = { id: "ws_0", type: "web_search_call" } as const;
    for (const half of [
      { ...search, status: "failed" },
      { ...search, status: "incomplete", action: { type: "search", query: "runs" } },
    ]) {
      const events = await read(responseStream(item(0, half as OutputItem)));
      const failed = events.find(({ type }) => type === "tool.failed");
      expect(failed).toMatchObject({ error: { code: "tool-error" } });
      expect(failed).not.toHaveProperty("provider");
    }
  });

  it("searches files", async () => {
    const results = [{ file_id: "f", filename: "a.md", score: 0.9, text: "x" }];
    const search: OutputItem = {
      id: "fs_0",
      type: "file_search_call",
      status: "completed",
      queries: ["runs"],
      results,
    };
    expect(settled(await read(responseStream(item(0, search))))).toEqual([
      expect.objectContaining({ name: "file_search", args: '{"queries":["runs"]}' }),
      expect.objectContaining({
        type: "tool.completed",
        output: results,
        provider: { me: { id: "fs_0", type: "file_search_call", status: "completed" } },
      }),
    ]);
  });

  it("streams the code of the interpreter, and calls it before its result is there", async () => {
    const code = 'print("é")\n';
    const done: OutputItem = {
      id: "ci_0",
      type: "code_interpreter_call",
      status: "completed",
      container_id: "cntr_1",
      code,
      outputs: [{ type: "logs", logs: "é\n" }],
    };
    const at = { item_id: "ci_0", output_index: 0 };
    const events = await read(
      responseStream(
        item(0, done, { ...done, code: "", outputs: null, status: "in_progress" }, [
          { type: "response.code_interpreter_call_code.delta", ...at, delta: code.slice(0, 7) },
          { type: "response.code_interpreter_call_code.delta", ...at, delta: code.slice(7) },
          { type: "response.code_interpreter_call_code.done", ...at, code },
          { type: "response.code_interpreter_call.interpreting", ...at },
        ]),
      ),
    );
    const text = events.map((event) => (event.type === "tool.args.delta" ? event.delta : ""));
    expect(JSON.parse(text.join(""))).toEqual({ code });
    expect(settled(events)).toEqual([
      expect.objectContaining({ name: "code_interpreter", args: JSON.stringify({ code }) }),
      expect.objectContaining({ type: "tool.completed", output: [{ type: "logs", logs: "é\n" }] }),
    ]);
  });

  it("calls an MCP server's tools, which keep its label", async () => {
    const done: OpenAI.Responses.ResponseOutputItem.McpCall = {
      id: "mcp_0",
      type: "mcp_call",
      server_label: "dice",
      name: "roll",
      arguments: '{"sides":6}',
      output: "4",
      status: "completed",
    };
    const at = { item_id: "mcp_0", output_index: 0 };
    const roll = (over: Partial<typeof done>) =>
      item(0, { ...done, ...over }, { ...done, arguments: "", output: null }, [
        { type: "response.mcp_call_arguments.delta", ...at, delta: '{"sides":6}' },
        { type: "response.mcp_call_arguments.done", ...at, arguments: '{"sides":6}' },
      ]);
    expect(settled(await read(responseStream(roll({}))))).toEqual([
      {
        type: "tool.called",
        call: "0",
        name: "dice.roll",
        args: '{"sides":6}',
        executor: "provider",
      },
      {
        type: "tool.completed",
        call: "0",
        output: "4",
        provider: {
          me: {
            id: "mcp_0",
            type: "mcp_call",
            server_label: "dice",
            name: "roll",
            status: "completed",
          },
        },
      },
    ]);
    const error = { type: "http_error" as const, code: 502, message: "Bad gateway" };
    expect(settled(await read(responseStream(roll({ output: null, error }))))[1]).toMatchObject({
      type: "tool.failed",
      error: { code: "tool-error", message: "Bad gateway" },
      provider: { me: { error } },
    });
  });

  it("warns when OpenAI asks to approve a call that it would run", async () => {
    const ask: OutputItem = {
      id: "mcpr_0",
      type: "mcp_approval_request",
      server_label: "dice",
      name: "roll",
      arguments: "{}",
    };
    const events = await read(responseStream(item(0, ask)));
    expect(events).toEqual([
      { type: "opaque.added", provider: { me: ask } },
      expect.objectContaining({ type: "warning.raised", code: "hosted-approval" }),
      expect.objectContaining({ type: "finish" }),
    ]);
  });

  it("makes images, which are files", async () => {
    const image: OpenAI.Responses.ResponseOutputItem.ImageGenerationCall = {
      id: "ig_0",
      type: "image_generation_call",
      status: "completed",
      output_format: "webp",
      result: "UklGRg==",
    };
    const draft: Draft = {
      type: "response.image_generation_call.partial_image",
      item_id: "ig_0",
      output_index: 0,
      partial_image_b64: "AAAA",
      partial_image_index: 0,
    } as Draft;
    const begun = { ...image, result: null, status: "in_progress" as const };
    expect((await read(responseStream(item(0, image, begun, [draft]))))[0]).toEqual({
      type: "file.added",
      mediaType: "image/webp",
      url: "data:image/webp;base64,UklGRg==",
      provider: {
        me: {
          id: "ig_0",
          type: "image_generation_call",
          status: "completed",
          output_format: "webp",
        },
      },
    });
    const failed = { ...image, result: null, status: "failed" as const };
    expect((await read(responseStream(item(0, failed, begun))))[0]).toMatchObject({
      type: "warning.raised",
      code: "image-generation",
    });
  });

  it("keeps items that it does not know, since they must go back", async () => {
    const compaction: OutputItem = { id: "cmp_0", type: "compaction", encrypted_content: "enc" };
    expect((await read(responseStream(item(0, compaction))))[0]).toEqual({
      type: "opaque.added",
      provider: { me: compaction },
    });
  });

  it("cites its sources, whether they stream or not", async () => {
    const annotations: OpenAI.Responses.ResponseOutputText["annotations"] = [
      {
        type: "url_citation",
        url: "https://a.example",
        title: "A",
        start_index: 0,
        end_index: 5,
      },
      { type: "file_citation", file_id: "f", filename: "a.md", index: 5 },
      {
        type: "container_file_citation",
        container_id: "c",
        file_id: "f",
        filename: "b.csv",
        start_index: 1,
        end_index: 2,
      },
    ];
    const drafts = message(0, "Hello", { annotations });
    const quiet = drafts.filter(({ type }) => type !== "response.output_text.annotation.added");
    for (const bytes of [responseStream(drafts), responseStream(quiet)]) {
      const events = await read(bytes);
      expect(events.filter(({ type }) => type === "source.added")).toEqual([
        {
          type: "source.added",
          text: "0.0",
          url: "https://a.example",
          title: "A",
          start: 0,
          end: 5,
        },
        { type: "source.added", text: "0.0", title: "a.md", start: 5 },
        { type: "source.added", text: "0.0", title: "b.csv", start: 1, end: 2 },
      ]);
      expect(events.find((event) => event.type === "text.completed")?.provider).toMatchObject({
        me: { annotations },
      });
    }
  });
});

describe("a response that does not complete", () => {
  it.each([
    ["max_output_tokens", "length"],
    ["content_filter", "content-filter"],
    ["max_messages", "other"],
  ] as const)("ends with %s as %s", async (reason, finishReason) => {
    const events = await read(responseStream(message(0, "Hel"), incomplete(reason)));
    expect(events.at(-1)).toMatchObject({ finishReason });
  });

  it("closes what was open, and leaves a cut call uncalled", async () => {
    const [added, ...pieces] = functionCall(1, "search", '{"query":"a"}').slice(0, -2);
    const cutCall: Draft[] = [added as Draft, ...pieces.slice(0, 1)];
    const end = incomplete("max_output_tokens");
    const events = await read(
      responseStream([...message(0, "Hello").slice(0, -3), ...cutCall], end),
    );
    expect(events.map(({ type }) => type)).toEqual([
      "text.started",
      "text.delta",
      "tool.args.started",
      "tool.args.delta",
      "text.completed",
      "finish",
    ]);
    // The same when the server sends the item anyway.
    const done = functionCall(0, "search", '{"que').map((draft) =>
      draft.type === "response.output_item.done"
        ? { ...draft, item: { ...draft.item, status: "incomplete" } as OutputItem }
        : draft,
    );
    const types = (await read(responseStream(done, end))).map(({ type }) => type);
    expect(types).not.toContain("tool.called");
  });

  it.each([
    ["server_error", "model-error", true],
    ["rate_limit_exceeded", "rate-limited", true],
    ["invalid_prompt", "model-error", false],
    ["image_content_policy_violation", "model-error", false],
    ["vector_store_timeout", "model-error", true],
  ] as const)("fails with %s as %s, to be repeated: %s", async (code, expected, retryable) => {
    const failed: Draft = {
      type: "response.failed",
      response: response({ status: "failed", error: { code, message: "It broke." } }),
    };
    const error = await failure(responseStream(message(0, "Hel").slice(0, -3), failed));
    expect(error).toMatchObject({ code: expected, retryable, details: { code } });
    expect(error.message).toContain("It broke.");
    expect(error.usage).toMatchObject({ inputTokens: 100 });
  });

  it("fails with an error event, named or not", async () => {
    const event = {
      type: "error",
      code: "context_length_exceeded",
      message: "Too long.",
      param: null,
      sequence_number: 1,
    };
    for (const named of [true, false]) {
      const error = await failure(sse([event], { named }));
      expect(error).toMatchObject({ code: "context-length", retryable: false });
    }
  });

  it("fails with something that is not JSON", async () => {
    const error = await failure(sse(["{not json"]));
    expect(error).toMatchObject({ code: "model-error", retryable: true });
    expect(error.message).toContain("not JSON");
  });
});

describe("a connection", () => {
  it("is used again by the next request", async () => {
    const server = await testServer();
    const model = openai("gpt-5", { baseURL: server.baseURL, apiKey: "sk-test" });
    for (let n = 0; n < 8; n++) {
      // The end of the stream comes a little after the end of the answer.
      server.answer(async (response, asked) => {
        await stream(responseStream(message(0, "Hello")), { ending: "hang" })(response, asked);
        setTimeout(() => response.end(), 5);
      });
      await readModel(model);
    }
    expect(server.asked).toHaveLength(8);
    // fetch may open a second one while it puts the first one back.
    expect(server.connections).toBeLessThan(4);
  });

  it("that a server leaves open after its answer holds nobody up", async () => {
    const server = await testServer();
    const model = openai("gpt-5", { baseURL: server.baseURL, apiKey: "sk-test" });
    server.answer(stream(responseStream(message(0, "Hello")), { ending: "hang" }));
    expect(textOfAnswer(await readModel(model))).toBe("Hello");
    await server.asked[0]?.closed;
  });
});
