import type { Anthropic } from "@anthropic-ai/sdk";
import { ModelError, type ModelEvent, type ModelRequest } from "@runwire/core";
import { modelRequest, readModel, textOfAnswer } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import { anthropic } from "./anthropic.ts";
import {
  begin,
  block,
  type Draft,
  end,
  messageStream,
  sse,
  text,
  thinking,
  toolUse,
  webSearch,
} from "./messages-wire.test.helper.ts";
import type { AnthropicOptions } from "./options.ts";
import { stream, testServer } from "./wire-server.test.helper.ts";

/** What the adapter makes of these bytes. Provider data are under `me`, whatever the server's port. */
async function read(
  bytes: string,
  options: Pick<AnthropicOptions, "price"> & { readonly request?: Partial<ModelRequest> } = {},
): Promise<readonly ModelEvent[]> {
  const server = await testServer();
  server.answer(stream(bytes));
  const { host } = new URL(server.baseURL);
  const { request, ...settings } = options;
  const model = anthropic("claude-opus-5-5", {
    baseURL: server.baseURL,
    apiKey: "sk-ant-test",
    ...settings,
  });
  const events = await readModel(model, modelRequest(request));
  return JSON.parse(JSON.stringify(events).replaceAll(`anthropic@${host}`, "me"));
}

async function failure(bytes: string): Promise<ModelError> {
  const error = await read(bytes).catch((thrown: unknown) => thrown);
  if (!ModelError.is(error)) throw new Error("no ModelError", { cause: error });
  return error;
}

const usage = {
  inputTokens: 100,
  outputTokens: 20,
  cachedInputTokens: 40,
  cacheWriteInputTokens: 10,
  reasoningTokens: 5,
};

describe("an answer", () => {
  it("is its blocks, their pieces, and an end with usage", async () => {
    expect(await read(messageStream([...thinking(0, "Hm."), ...text(1, "Hi you")]))).toEqual([
      { type: "reasoning.started", id: "b0" },
      { type: "reasoning.delta", id: "b0", delta: "Hm." },
      { type: "reasoning.completed", id: "b0", provider: { me: { signature: "sig-1" } } },
      { type: "text.started", id: "b1" },
      { type: "text.delta", id: "b1", delta: "Hi yo" },
      { type: "text.delta", id: "b1", delta: "u" },
      { type: "text.completed", id: "b1" },
      { type: "finish", finishReason: "stop", usage },
    ]);
  });

  it("has thoughts that nobody may read, in part or at all", async () => {
    const events = await read(
      messageStream([
        ...thinking(0, "", "sig-omitted"),
        ...block(1, { type: "redacted_thinking", data: "enc" }),
        ...text(2, "Hi"),
      ]),
    );
    expect(events.slice(0, 4)).toEqual([
      { type: "reasoning.started", id: "b0" },
      { type: "reasoning.completed", id: "b0", provider: { me: { signature: "sig-omitted" } } },
      { type: "reasoning.started", id: "b1" },
      { type: "reasoning.completed", id: "b1", provider: { me: { redacted: "enc" } } },
    ]);
  });

  it("joins a signature that comes in pieces", async () => {
    const drafts = block(0, { type: "thinking", thinking: "", signature: "" }, [
      { type: "thinking_delta", thinking: "Hm." },
      { type: "signature_delta", signature: "sig-" },
      { type: "signature_delta", signature: "2" },
    ]);
    expect(await read(messageStream([...drafts, ...text(1, "Hi")]))).toContainEqual(
      expect.objectContaining({ provider: { me: { signature: "sig-2" } } }),
    );
  });

  it("marks the text that answers a schema", async () => {
    const request = { output: { name: "answer", schema: { type: "object" } } };
    expect(await read(messageStream(text(0, "{}")), { request })).toContainEqual({
      type: "text.started",
      id: "b0",
      format: "json",
    });
  });

  it("has no part for a block in which nothing came", async () => {
    const events = await read(messageStream([...text(0, ""), ...text(1, "Hi")]));
    expect(events.filter(({ type }) => type === "text.started")).toHaveLength(1);
  });

  it("costs what the price says, what the cache gave and took at its own", async () => {
    const price = { input: 10_000, output: 50_000, cachedInput: 1_000, cacheWriteInput: 12_500 };
    const last = (await read(messageStream(text(0, "Hi")), { price })).at(-1);
    // 50 × 0.01 + 40 × 0.001 + 10 × 0.0125 + 20 × 0.05
    expect(last).toMatchObject({ usage: { cost: expect.closeTo(1.665, 9) } });
  });
});

describe("a call", () => {
  it("streams its input, and keeps its id", async () => {
    const events = await read(
      messageStream(
        [...text(0, "Look"), ...toolUse(1, "search", '{"query":"a"}'), ...toolUse(2, "list", "")],
        end("tool_use"),
      ),
    );
    expect(events.slice(3)).toEqual([
      { type: "tool.args.started", call: "b1", name: "search" },
      { type: "tool.args.delta", call: "b1", delta: '{"que' },
      { type: "tool.args.delta", call: "b1", delta: 'ry":"' },
      { type: "tool.args.delta", call: "b1", delta: 'a"}' },
      {
        type: "tool.called",
        call: "b1",
        name: "search",
        args: '{"query":"a"}',
        provider: { me: { id: "toolu_1" } },
      },
      { type: "tool.args.started", call: "b2", name: "list" },
      {
        type: "tool.called",
        call: "b2",
        name: "list",
        args: "",
        provider: { me: { id: "toolu_2" } },
      },
      { type: "finish", finishReason: "tool-calls", usage },
    ]);
  });

  it("may have its input at its start, as some servers send it", async () => {
    const input = { query: "a" };
    const drafts = block(0, {
      type: "tool_use",
      id: "t",
      name: "search",
      input,
      caller: { type: "direct" },
    });
    expect(await read(messageStream(drafts, end("tool_use")))).toContainEqual(
      expect.objectContaining({ type: "tool.called", args: '{"query":"a"}' }),
    );
  });

  it.each(["max_tokens", "model_context_window_exceeded", "refusal"] as const)(
    "that %s cut off is not called",
    async (reason) => {
      const drafts = [...toolUse(0, "read", '{"path":"a"}'), ...toolUse(1, "search", '{"query')];
      const events = await read(messageStream(drafts, end(reason)));
      const called = events.filter(({ type }) => type === "tool.called");
      expect(called).toMatchObject([{ name: "read" }]);
    },
  );

  it("that was cut off before its input began is not called with none", async () => {
    const events = await read(messageStream(toolUse(0, "wipe", ""), end("max_tokens")));
    expect(events.map(({ type }) => type)).toEqual(["tool.args.started", "finish"]);
  });

  it("keeps the program that made it", async () => {
    const caller = { type: "code_execution_20260120", tool_id: "srvtoolu_9" } as const;
    const drafts = block(0, { type: "tool_use", id: "t", name: "read", input: {}, caller });
    expect(await read(messageStream(drafts, end("tool_use")))).toContainEqual(
      expect.objectContaining({ provider: { me: { id: "t", caller } } }),
    );
  });
});

describe("the end", () => {
  it.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["tool_use", "tool-calls"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["pause_turn", "paused"],
    ["refusal", "refusal"],
    ["new_reason" as Anthropic.StopReason, "other"],
    [null, "other"],
  ] as const)("%s is %s", async (reason, finishReason) => {
    const events = await read(messageStream(text(0, "Hi"), end(reason)));
    expect(events.at(-1)).toMatchObject({ finishReason });
  });

  it("by a policy is a content filter's, and says why", async () => {
    const details = {
      type: "refusal",
      category: "cyber",
      explanation: "It would help an attack.",
    } as const;
    const events = await read(
      messageStream(text(0, "Hi"), end("refusal", { stop_details: details })),
    );
    expect(textOfAnswer(events)).toBe("Hi");
    expect(events.slice(-2)).toMatchObject([
      { type: "warning.raised", code: "refusal", message: "It would help an attack." },
      { finishReason: "content-filter" },
    ]);
  });

  it("closes what the server left open", async () => {
    const events = await read(
      messageStream([...thinking(0, "Hm.").slice(0, -2), ...text(1, "Hi").slice(0, -1)]),
    );
    expect(events.filter(({ type }) => type.endsWith("completed"))).toEqual([
      // Without its signature it cannot go back.
      { type: "reasoning.completed", id: "b0" },
      { type: "text.completed", id: "b1" },
    ]);
  });

  it("keeps the container in which code ran", async () => {
    const container = { id: "cont_1", expires_at: "2026-11-21T10:00:00Z", skills: null };
    const events = await read(messageStream(text(0, "Hi"), end("end_turn", { container })));
    expect(events.at(-1)).toMatchObject({
      provider: { me: { container: { id: "cont_1", expires_at: "2026-11-21T10:00:00Z" } } },
    });
  });
});

describe("sources", () => {
  const source = async (citation: Anthropic.TextCitation) => {
    const events = await read(messageStream(text(0, "So it says.", [citation])));
    const completed = events.find(({ type }) => type === "text.completed");
    return [events.find(({ type }) => type === "source.added"), completed];
  };
  const document = { document_index: 0, document_title: "Report", file_id: "file_1" };

  it("of a search have an address, and go back with what the search needs", async () => {
    const citation = {
      type: "web_search_result_location",
      url: "https://a.example",
      title: "A",
      cited_text: "it is so",
      encrypted_index: "enc",
    } as const;
    expect(await source(citation)).toEqual([
      {
        type: "source.added",
        text: "b0",
        url: "https://a.example",
        title: "A",
        quote: "it is so",
      },
      { type: "text.completed", id: "b0", provider: { me: { citations: [citation] } } },
    ]);
  });

  it("of a file name its pages, and go back without what the API does not take", async () => {
    const citation = { type: "page_location", cited_text: "so", ...document } as const;
    const [added, completed] = await source({
      ...citation,
      start_page_number: 3,
      end_page_number: 4,
    });
    expect(added).toMatchObject({ title: "Report, p. 3", quote: "so" });
    expect(JSON.stringify(completed)).not.toContain("file_id");
    const [long] = await source({ ...citation, start_page_number: 3, end_page_number: 6 });
    expect(long).toMatchObject({ title: "Report, pp. 3–5" });
    const nameless = { ...citation, document_title: null };
    const [bare] = await source({ ...nameless, start_page_number: 3, end_page_number: 4 });
    expect(bare).toMatchObject({ title: "p. 3" });
  });

  it("of a text or of search results that were given have what is known", async () => {
    const [chars] = await source({
      type: "char_location",
      cited_text: "so",
      start_char_index: 0,
      end_char_index: 2,
      ...document,
    });
    expect(chars).toEqual({ type: "source.added", text: "b0", title: "Report", quote: "so" });
    const [result] = await source({
      type: "search_result_location",
      cited_text: "so",
      source: "https://b.example",
      title: null,
      search_result_index: 0,
      start_block_index: 0,
      end_block_index: 1,
    });
    expect(result).toEqual({
      type: "source.added",
      text: "b0",
      url: "https://b.example",
      quote: "so",
    });
  });

  it("may come before their text", async () => {
    const citation: Anthropic.TextCitation = {
      type: "web_search_result_location",
      url: "https://a.example",
      title: null,
      cited_text: "x",
      encrypted_index: "e",
    };
    const drafts = block(0, { type: "text", text: "", citations: [citation] }, [
      { type: "text_delta", text: "Hi" },
    ]);
    const types = (await read(messageStream(drafts))).map(({ type }) => type);
    expect(types).toEqual([
      "text.started",
      "source.added",
      "text.delta",
      "text.completed",
      "finish",
    ]);
  });
});

describe("a tool that Anthropic runs", () => {
  const found: Anthropic.WebSearchResultBlock = {
    type: "web_search_result",
    url: "https://a.example",
    title: "A",
    encrypted_content: "enc",
    page_age: null,
  };
  const caller = { type: "direct" };
  const data = {
    call: { type: "server_tool_use", id: "srvtoolu_0", name: "web_search", caller },
    result: { type: "web_search_tool_result", tool_use_id: "srvtoolu_0", caller },
  };

  it("is called and answers in one response", async () => {
    const events = await read(messageStream([...webSearch(0, "a", [found]), ...text(2, "So.")]));
    expect(events.filter(({ type }) => /^tool\.(called|completed)/.test(type))).toEqual([
      {
        type: "tool.called",
        call: "b0",
        name: "web_search",
        args: '{"query":"a"}',
        executor: "provider",
      },
      { type: "tool.completed", call: "b0", output: [found], provider: { me: data } },
    ]);
    expect(events.at(-1)).toMatchObject({ finishReason: "stop" });
  });

  it("may fail", async () => {
    const content = {
      type: "web_search_tool_result_error",
      error_code: "max_uses_exceeded",
    } as const;
    const events = await read(messageStream(webSearch(0, "a", content)));
    expect(events).toContainEqual({
      type: "tool.failed",
      call: "b0",
      error: { code: "tool-error", message: "web_search failed: max_uses_exceeded" },
      provider: { me: { ...data, result: { ...data.result, content } } },
    });
  });

  it("may be another server's, whose name keeps it apart", async () => {
    const mcp = { type: "mcp_tool_use", id: "m", name: "ask", server_name: "wiki", input: {} };
    const failed = { type: "mcp_tool_result", tool_use_id: "m", is_error: true, content: ["No."] };
    const events = await read(
      messageStream([
        { type: "content_block_start", index: 0, content_block: mcp },
        { type: "content_block_stop", index: 0 },
        { type: "content_block_start", index: 1, content_block: failed },
        { type: "content_block_stop", index: 1 },
      ]),
    );
    expect(events).toMatchObject([
      { type: "tool.args.started", name: "wiki.ask" },
      { type: "tool.called", executor: "provider", args: "" },
      { type: "tool.failed", error: { message: 'ask failed: ["No."]' } },
      { type: "finish" },
    ]);
  });

  it("may be cut off, and then does not go back", async () => {
    const cut = await read(messageStream(webSearch(0, "a", []).slice(0, -2), end("max_tokens")));
    expect(cut.slice(-2)).toMatchObject([
      { type: "tool.failed", error: { message: "web_search did not finish." } },
      { type: "finish", finishReason: "length" },
    ]);
    expect(cut.at(-2)).not.toHaveProperty("provider");
  });

  it("may be paused, and answer in the next response", async () => {
    const [search, answer] = [webSearch(0, "a", [found]).slice(0, -2), webSearch(0, "a", [found])];
    const paused = await read(messageStream(search, end("pause_turn")));
    expect(paused.slice(-2)).toMatchObject([
      { type: "tool.completed", call: "b0", output: null, provider: { me: { call: data.call } } },
      { type: "finish", finishReason: "paused" },
    ]);
    const next = await read(messageStream([...answer.slice(-2), ...text(2, "So.")]));
    expect(next[0]).toEqual({
      type: "opaque.added",
      provider: { me: { ...data.result, content: [found] } },
    });
  });
});

describe("what is not known", () => {
  it("passes: events, blocks and pieces of other kinds", async () => {
    const odd: Draft[] = [
      { type: "weather_report", sun: true },
      { type: "content_block_delta", index: 7, delta: { type: "text_delta", text: "lost" } },
      { type: "content_block_stop", index: 7 },
    ];
    const [start, ...rest] = text(0, "Hello");
    const oddPiece = { type: "content_block_delta", index: 0, delta: { type: "mood_delta" } };
    const events = await read(messageStream([...odd, start as Draft, oddPiece, ...rest]));
    expect(textOfAnswer(events)).toBe("Hello");
    expect(events).toHaveLength(4);
  });

  it("goes back as it came, if it came whole", async () => {
    const poem = { type: "poem", lines: ["a"] };
    const begun = { type: "content_block_start", index: 0, content_block: poem };
    const piece = { type: "content_block_delta", index: 0, delta: { type: "line_delta" } };
    const stop = { type: "content_block_stop", index: 0 };
    expect(await read(messageStream([begun, stop]))).toMatchObject([
      { type: "opaque.added", provider: { me: poem } },
      { type: "finish" },
    ]);
    expect(await read(messageStream([begun, piece, stop]))).toHaveLength(1);
  });
});

describe("an error within the stream", () => {
  const broken = (error: object) =>
    sse([begin(), ...text(0, "Hel").slice(0, -1), { type: "error", error }]);

  it.each([
    ["overloaded_error", { code: "model-error", retryable: true, status: 529 }],
    ["api_error", { code: "model-error", retryable: true, status: 500 }],
    ["rate_limit_error", { code: "rate-limited", retryable: true, status: 429 }],
    ["invalid_request_error", { code: "model-error", retryable: false, status: 400 }],
    ["new_error", { code: "model-error", retryable: true, status: undefined }],
  ])("%s is told from others, with what it cost", async (type, expected) => {
    const error = await failure(broken({ type, message: "Alas" }));
    expect(error).toMatchObject({
      ...expected,
      details: { type },
      usage: { inputTokens: 100, outputTokens: 1 },
    });
    expect(error.message).toContain(`${type}): Alas`);
  });

  it("may be no JSON", async () => {
    const error = await failure(`${sse([begin()])}event: error\ndata: gone\n\n`);
    expect(error).toMatchObject({ code: "model-error", retryable: true });
  });

  it("counts what a cut answer cost", async () => {
    const error = await failure(messageStream(text(0, "Hel"), []));
    expect(error).toMatchObject({ retryable: true, usage: { inputTokens: 100 } });
    expect(error.message).toContain("broke off before the end");
  });

  it("is one that is not JSON", async () => {
    const error = await failure(`${sse([begin()])}event: message_delta\ndata: {"half\n\n`);
    expect(error.message).toContain("not JSON");
    expect(error.retryable).toBe(true);
  });
});
