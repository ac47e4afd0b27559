import { ModelError, type ModelEvent, type ModelRequest } from "@runwire/core";
import { modelRequest, readModel, textOfAnswer } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import {
  chatStream,
  chatUsage,
  chunk,
  content,
  toolCalls,
  usageChunk,
} from "./chat-wire.test.helper.ts";
import { openai } from "./openai.ts";
import { sse } from "./sse.test.helper.ts";
import { stream, testServer } from "./wire-server.test.helper.ts";

/** What the adapter makes of these bytes. Provider data are under `me`, whatever the server's port. */
async function read(
  text: string,
  request: Partial<ModelRequest> = {},
  ending: "end" | "break" = "end",
): Promise<readonly ModelEvent[]> {
  const server = await testServer();
  server.answer(stream(text, { ending }));
  const { host } = new URL(server.baseURL);
  const model = openai.chat("gpt-4.1", { baseURL: server.baseURL, apiKey: "sk-test" });
  const events = await readModel(model, modelRequest(request));
  return JSON.parse(JSON.stringify(events).replaceAll(`openai-chat@${host}`, "me"));
}

async function failure(text: string): Promise<ModelError> {
  const error = await read(text).catch((thrown: unknown) => thrown);
  if (!ModelError.is(error)) throw new Error("no ModelError", { cause: error });
  return error;
}

const called = (events: readonly ModelEvent[]) =>
  events.filter((event) => event.type === "tool.called");

describe("a chat completion", () => {
  it("is a text and an end with usage", async () => {
    expect(await read(chatStream(content("Hi you")))).toEqual([
      { type: "text.started", id: "p0" },
      { type: "text.delta", id: "p0", delta: "Hi yo" },
      { type: "text.delta", id: "p0", delta: "u" },
      { type: "text.completed", id: "p0" },
      {
        type: "finish",
        finishReason: "stop",
        usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40, reasoningTokens: 5 },
      },
    ]);
  });

  it("is choice 0 of it, wherever that stands", async () => {
    const choice = (index: number, content: string) => ({
      index,
      delta: { content },
      finish_reason: null,
    });
    const bytes = sse([
      { ...chunk({}), choices: [choice(1, "B"), choice(0, "A")] },
      { ...chunk({}), choices: [choice(2, "C")] },
      { ...chunk({}), choices: [{ index: 1, delta: {}, finish_reason: "length" }] },
      chunk({ content: "a" }, "stop"),
      "[DONE]",
    ]);
    const events = await read(bytes);
    expect(textOfAnswer(events)).toBe("Aa");
    expect(events.at(-1)).toMatchObject({ finishReason: "stop" });
  });

  it("marks a refusal", async () => {
    const events = await read(chatStream([{ refusal: "I will " }, { refusal: "not." }]));
    expect(events[0]).toEqual({ type: "text.started", id: "p0", refusal: true });
    expect(textOfAnswer(events)).toBe("I will not.");
    expect(events.at(-1)).toMatchObject({ finishReason: "refusal" });
  });

  it("marks the text that answers a schema", async () => {
    const output = { name: "answer", schema: { type: "object", properties: {} } };
    const [started] = await read(chatStream(content("{}")), { output });
    expect(started).toEqual({ type: "text.started", id: "p0", format: "json" });
  });

  it.each(["reasoning_content", "reasoning"])("reads %s", async (field) => {
    const events = await read(
      chatStream([{ [field]: "Let me " }, { [field]: "think." }, ...content("42")]),
    );
    expect(events.slice(0, 5)).toEqual([
      { type: "reasoning.started", id: "p0" },
      { type: "reasoning.delta", id: "p0", delta: "Let me " },
      { type: "reasoning.delta", id: "p0", delta: "think." },
      { type: "reasoning.completed", id: "p0", provider: { me: { field } } },
      { type: "text.started", id: "p1" },
    ]);
  });

  it("reads reasoning once where a server sends it twice", async () => {
    const twice = { reasoning_content: "Hm.", reasoning: "Hm." };
    expect(textOfAnswer(await read(chatStream([twice])), "reasoning")).toBe("Hm.");
  });

  it("begins a new part whenever the kind changes", async () => {
    const events = await read(
      chatStream([{ reasoning: "a" }, { content: "b" }, { reasoning: "c" }, { content: "d" }]),
    );
    expect(events.filter(({ type }) => type.endsWith(".started"))).toHaveLength(4);
  });

  it("puts OpenRouter's reasoning details together, for the way back", async () => {
    const format = "anthropic-claude-v1";
    const detail = (over: object) => ({ type: "reasoning.text", index: 0, format, ...over });
    const encrypted = { type: "reasoning.encrypted", data: "enc", index: 1, format };
    const events = await read(
      chatStream([
        { reasoning: "Let ", reasoning_details: [detail({ text: "Let " })] },
        { reasoning: "me.", reasoning_details: [detail({ text: "me." })] },
        { reasoning_details: [detail({ signature: "sig" })] },
        ...content("42"),
        { reasoning_details: [encrypted] },
        { reasoning_details: [{ ...encrypted, data: "enc2" }] },
      ]),
    );
    expect(textOfAnswer(events, "reasoning")).toBe("Let me.");
    expect(events.find(({ type }) => type === "opaque.added")).toEqual({
      type: "opaque.added",
      provider: {
        me: {
          reasoning_details: [
            detail({ text: "Let me.", signature: "sig" }),
            encrypted,
            { ...encrypted, data: "enc2" },
          ],
        },
      },
    });
  });

  it("reads text in parts, citations and images", async () => {
    const cited = { url: "https://a.example", title: "A", start_index: 0, end_index: 2 };
    const events = await read(
      chatStream([
        { content: [{ type: "text", text: "Hi" }, { type: "thinking" }] },
        { annotations: [{ type: "url_citation", url_citation: cited }] },
        { images: [{ image_url: { url: "data:image/webp;base64,AA==" } }] },
      ]),
    );
    expect(textOfAnswer(events)).toBe("Hi");
    expect(events).toContainEqual({
      type: "source.added",
      text: "p0",
      url: "https://a.example",
      title: "A",
      start: 0,
      end: 2,
    });
    expect(events).toContainEqual({
      type: "file.added",
      mediaType: "image/webp",
      url: "data:image/webp;base64,AA==",
    });
  });
});

describe("calls", () => {
  const call = (over: object) => ({ tool_calls: [over] });

  it("are told apart by their index", async () => {
    const events = await read(
      chatStream(
        toolCalls([
          { name: "search", args: '{"query":"a"}' },
          { name: "read", args: '{"path":"b"}' },
        ]),
        { reason: "tool_calls" },
      ),
    );
    expect(called(events)).toEqual([
      {
        type: "tool.called",
        call: "t0",
        name: "search",
        args: '{"query":"a"}',
        provider: { me: { id: "call_0" } },
      },
      {
        type: "tool.called",
        call: "t1",
        name: "read",
        args: '{"path":"b"}',
        provider: { me: { id: "call_1" } },
      },
    ]);
  });

  const whole = (index: number | undefined, id: string | undefined, name: string, args: string) =>
    call({ index, id, type: "function", function: { name, arguments: args } });
  const two = [
    { name: "search", args: '{"query":"a"}' },
    { name: "read", args: "{}" },
  ];

  it.each<[string, object[]]>([
    [
      "all ids are missing",
      [whole(0, undefined, "search", '{"query":"a"}'), whole(1, undefined, "read", "{}")],
    ],
    ["ids are empty", [whole(0, "", "search", '{"query":"a"}'), whole(1, "", "read", "{}")]],
    [
      "all ids are the same",
      [whole(0, "call", "search", '{"query":"a"}'), whole(1, "call", "read", "{}")],
    ],
    ["all are number 0", [whole(0, "a", "search", '{"query":"a"}'), whole(0, "b", "read", "{}")]],
    [
      "none has a number",
      [whole(undefined, "a", "search", '{"query":"a"}'), whole(undefined, "b", "read", "{}")],
    ],
    [
      "none has a number or an id",
      [
        whole(undefined, undefined, "search", '{"query":"a"}'),
        whole(undefined, undefined, "read", "{}"),
      ],
    ],
    [
      "each piece repeats id and name",
      [
        whole(0, "a", "search", '{"que'),
        whole(1, "b", "read", "{"),
        whole(0, "a", "search", 'ry":"a"}'),
        whole(1, "b", "read", "}"),
      ],
    ],
    [
      "each piece has a new id",
      [
        whole(0, "a", "search", '{"que'),
        call({ index: 0, id: "x", function: { arguments: 'ry":"a"}' } }),
        whole(1, "b", "read", "{}"),
      ],
    ],
    [
      "the name comes late",
      [
        call({ index: 0, id: "a", function: { arguments: '{"que' } }),
        call({ index: 0, function: { name: "search", arguments: 'ry":"a"}' } }),
        whole(1, "b", "read", "{}"),
      ],
    ],
    [
      "they end with `stop`",
      [whole(0, "a", "search", '{"query":"a"}'), whole(1, "b", "read", "{}")],
    ],
  ])("are told apart when %s", async (_, deltas) => {
    const events = await read(chatStream(deltas));
    expect(called(events).map(({ name, args }) => ({ name, args }))).toEqual(two);
    expect(new Set(called(events).map((event) => event.call)).size).toBe(2);
    expect(events.at(-1)).toMatchObject({ finishReason: "tool-calls" });
    for (const { call, args } of called(events)) {
      const streamed = events.map((event) =>
        event.type === "tool.args.delta" && event.call === call ? event.delta : "",
      );
      expect(streamed.join("")).toBe(args);
    }
  });

  it("keep what only their server knows, such as thought signatures", async () => {
    const extra_content = { google: { thought_signature: "sig" } };
    const events = await read(
      chatStream([
        call({ index: 0, id: "a", extra_content, function: { name: "search", arguments: "{}" } }),
      ]),
    );
    expect(called(events)[0]?.provider).toEqual({ me: { id: "a", fields: { extra_content } } });
  });

  it("may have arguments that are an object already", async () => {
    const bad = call({
      index: 0,
      id: "a",
      function: { name: "search", arguments: { query: "a" } },
    });
    expect(called(await read(chatStream([bad])))[0]?.args).toBe('{"query":"a"}');
  });

  it("are left uncalled when the answer was cut off within them", async () => {
    const cut = toolCalls([
      { name: "read", args: "{}" },
      { name: "search", args: '{"que' },
    ]);
    const events = await read(chatStream(cut, { reason: "length" }));
    expect(called(events).map(({ name }) => name)).toEqual(["read"]);
    expect(events.at(-1)).toMatchObject({ finishReason: "length" });
  });

  it("without a name are a failure", async () => {
    const error = await failure(chatStream([call({ index: 0, function: { arguments: "{}" } })]));
    expect(error).toMatchObject({ code: "model-error", retryable: true });
  });
});

describe("the end of an answer", () => {
  it.each([
    ["stop", "stop"],
    ["end_turn", "stop"],
    ["length", "length"],
    ["max_tokens", "length"],
    ["content_filter", "content-filter"],
    ["sensitive", "content-filter"],
    ["function_call", "stop"],
    ["refusal", "refusal"],
    ["something_new", "other"],
  ])("by %s is %s", async (reason, finishReason) => {
    const events = await read(chatStream(content("Hi"), { reason }));
    expect(events.at(-1)).toMatchObject({ finishReason });
  });

  it.each([
    ["without [DONE]", { done: false }],
    ["without usage", { usage: false }],
    ["without both", { done: false, usage: false }],
  ])("may come %s", async (_, end) => {
    const events = await read(chatStream(content("Hi"), end));
    expect(textOfAnswer(events)).toBe("Hi");
    expect(events.at(-1)).toMatchObject({ type: "finish", finishReason: "stop" });
  });

  it("may be followed by a broken connection", async () => {
    const events = await read(
      chatStream(content("Hi"), { usage: false, done: false }),
      {},
      "break",
    );
    expect(events.at(-1)).toMatchObject({ type: "finish", finishReason: "stop" });
  });

  it("has the usage that was said last", async () => {
    const counted = (completion_tokens: number) => ({ usage: { ...chatUsage, completion_tokens } });
    const bytes = sse([
      chunk({ content: "a" }, null, counted(1)),
      chunk({ content: "b" }, null, counted(2)),
      chunk({}, "stop", {
        choices: [{ index: 0, delta: {}, finish_reason: "stop", ...counted(3) }],
      }),
      "[DONE]",
    ]);
    expect((await read(bytes)).at(-1)).toMatchObject({ usage: { outputTokens: 3 } });
  });

  it("must come, even if there is a [DONE]", async () => {
    const error = await failure(chatStream(content("Hi"), { reason: null }));
    expect(error).toMatchObject({ code: "model-error", retryable: true });
    expect(error.message).toContain("before the end of its answer");
  });

  it.each(["error", "insufficient_system_resource", "network_error"])(
    "by %s is a failure",
    async (reason) => {
      const error = await failure(chatStream(content("Hi"), { reason }));
      expect(error).toMatchObject({ code: "model-error", retryable: true });
    },
  );

  it.each([
    [
      "in its place",
      sse([chunk({ content: "Hi" }), { error: { message: "Overloaded.", code: 502 } }]),
    ],
    [
      "in the choice",
      sse([
        chunk({}, null, {
          choices: [{ index: 0, delta: {}, error: { message: "Overloaded.", code: 502 } }],
        }),
      ]),
    ],
  ])("may be an error %s", async (_, bytes) => {
    const error = await failure(bytes);
    expect(error).toMatchObject({ code: "model-error", retryable: true, status: 502 });
    expect(error.message).toContain("Overloaded.");
  });

  it("holds nobody up when the server leaves the stream open", async () => {
    const server = await testServer();
    server.answer(
      stream(sse([chunk({ content: "Hi" }), chunk({}, "stop"), usageChunk]), { ending: "hang" }),
    );
    const model = openai.chat("gpt-4.1", { baseURL: server.baseURL, apiKey: "sk-test" });
    expect(textOfAnswer(await readModel(model))).toBe("Hi");
    await server.asked[0]?.closed;
  });
});
