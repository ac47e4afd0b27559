import { agent, tool } from "@runwire/core";
import type { Message, Part } from "@runwire/core/protocol";
import { modelRequest, readModel } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { anthropic } from "./anthropic.ts";
import {
  block,
  end,
  messageStream,
  text,
  thinking,
  toolUse,
  webSearch,
} from "./messages-wire.test.helper.ts";
import type { AnthropicOptions } from "./options.ts";
import { stream, testServer } from "./wire-server.test.helper.ts";

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

type Settings = Pick<AnthropicOptions, "hostedTools" | "cache">;

/** Lets the real loop play the answers, one per step. Returns the requests' bodies. */
async function play(answers: readonly string[], options: Settings = { cache: false }) {
  const server = await testServer();
  for (const answer of answers) server.answer(stream(answer));
  const { baseURL } = server;
  const model = anthropic("claude-opus-5-5", { baseURL, apiKey: "sk-ant-x", ...options });
  const run = agent({ name: "tester", model, tools: { search, read } }).run("Go");
  await run.result;
  expect(server.asked).toHaveLength(answers.length);
  return server.asked.map(({ body }) => body);
}

const goes = { role: "user", content: [{ type: "text", text: "Go" }] };
const done = messageStream(text(0, "Done."));
const caller = { type: "direct" } as const;

describe("what goes back", () => {
  it("is what came: thoughts under their signatures, calls under their ids, and their results", async () => {
    const [first, second] = await play([
      messageStream(
        [
          ...thinking(0, "Think.", "sig-a"),
          ...block(1, { type: "redacted_thinking", data: "enc" }),
          ...text(2, "Looking."),
          ...toolUse(3, "search", '{"query":"runs"}'),
          ...toolUse(4, "read", '{"path":"secret"}'),
        ],
        end("tool_use"),
      ),
      done,
    ]);
    expect(first.messages).toEqual([goes]);
    expect(second.messages).toEqual([
      goes,
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Think.", signature: "sig-a" },
          { type: "redacted_thinking", data: "enc" },
          { type: "text", text: "Looking." },
          { type: "tool_use", id: "toolu_3", name: "search", input: { query: "runs" } },
          { type: "tool_use", id: "toolu_4", name: "read", input: { path: "secret" } },
        ],
      },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "toolu_3",
            content: [{ type: "text", text: '{"hits":["runs"]}' }],
          },
          {
            type: "tool_result",
            tool_use_id: "toolu_4",
            content: [{ type: "text", text: "The call failed (tool-error): Not for you." }],
            is_error: true,
          },
        ],
      },
    ]);
  });

  it("holds thoughts that nobody may read", async () => {
    const [, second] = await play([
      messageStream(
        [...thinking(0, "", "sig-omitted"), ...toolUse(1, "search", '{"query":"a"}')],
        end("tool_use"),
      ),
      done,
    ]);
    expect(second.messages[1].content[0]).toEqual({
      type: "thinking",
      thinking: "",
      signature: "sig-omitted",
    });
  });

  it("begins with what went before, letter by letter, so that the cache holds", async () => {
    const step = (query: string) =>
      messageStream(
        [...thinking(0, query), ...toolUse(1, "search", JSON.stringify({ query }))],
        end("tool_use"),
      );
    const bodies = await play([step("a"), step("b"), done]);
    for (const [index, { messages }] of bodies.entries()) {
      const before = bodies[index - 1]?.messages ?? [];
      expect(JSON.stringify(messages.slice(0, before.length))).toBe(JSON.stringify(before));
    }
  });

  it("ends its newest message and the one before with the cache's marks, past any number of blocks", async () => {
    const many = Array.from({ length: 25 }, (_, index) =>
      toolUse(index, "search", '{"query":"a"}'),
    );
    const step = messageStream(many.flat(), end("tool_use"));
    const again = messageStream(toolUse(0, "search", '{"query":"b"}'), end("tool_use"));
    const bodies = await play([step, again, done], {});
    const marked = bodies.map(({ messages }) =>
      messages.flatMap(({ content }: { content: { cache_control?: object }[] }, at: number) =>
        content.flatMap((piece, index) =>
          piece.cache_control ? [`${at}.${index - content.length}`] : [],
        ),
      ),
    );
    expect(marked).toEqual([["0.-1"], ["0.-1", "2.-1"], ["2.-1", "4.-1"]]);
  });

  it("restores what Anthropic's tools were asked and answered, and their citations", async () => {
    const found = {
      type: "web_search_result",
      url: "https://a.example",
      title: "A",
      encrypted_content: "enc",
      page_age: null,
    } as const;
    const cited = {
      type: "web_search_result_location",
      url: "https://a.example",
      title: "A",
      cited_text: "it is so",
      encrypted_index: "idx",
    } as const;
    const failed = { type: "web_search_tool_result_error", error_code: "unavailable" } as const;
    const [, second] = await play([
      messageStream(
        [
          ...webSearch(0, "a", [found]),
          ...webSearch(2, "b", failed),
          ...text(4, "So it is.", [cited]),
          ...toolUse(5, "search", '{"query":"c"}'),
        ],
        end("tool_use"),
      ),
      done,
    ]);
    const hosted = (index: number, query: string, content: unknown) => [
      {
        type: "server_tool_use",
        id: `srvtoolu_${index}`,
        name: "web_search",
        input: { query },
        caller,
      },
      {
        type: "web_search_tool_result",
        tool_use_id: `srvtoolu_${index}`,
        content,
        caller,
      },
    ];
    expect(second.messages[1].content).toEqual([
      ...hosted(0, "a", [found]),
      ...hosted(2, "b", failed),
      { type: "text", text: "So it is.", citations: [cited] },
      { type: "tool_use", id: "toolu_5", name: "search", input: { query: "c" } },
    ]);
  });

  it("goes on with a paused answer as with one message", async () => {
    const parts = webSearch(0, "a", []);
    const [, second, third] = await play([
      messageStream(parts.slice(0, -2), end("pause_turn")),
      messageStream(
        [...parts.slice(-2), ...toolUse(2, "search", '{"query":"c"}')],
        end("tool_use"),
      ),
      done,
    ]);
    const asked = {
      type: "server_tool_use",
      id: "srvtoolu_0",
      name: "web_search",
      input: { query: "a" },
      caller,
    };
    expect(second.messages).toEqual([goes, { role: "assistant", content: [asked] }]);
    expect(third.messages[1]).toEqual({
      role: "assistant",
      content: [
        asked,
        { type: "web_search_tool_result", tool_use_id: "srvtoolu_0", content: [], caller },
        { type: "tool_use", id: "toolu_2", name: "search", input: { query: "c" } },
      ],
    });
  });

  it("names the container in which code ran, while there is one", async () => {
    const container = (expires_at: string) => ({ id: "cont_1", expires_at, skills: null });
    const answer = (expires_at: string) =>
      messageStream(
        toolUse(0, "search", '{"query":"a"}'),
        end("tool_use", { container: container(expires_at) }),
      );
    const [first, second] = await play([answer("2999-01-01T00:00:00Z"), done]);
    expect(first).not.toHaveProperty("container");
    expect(second.container).toBe("cont_1");
    expect(JSON.stringify(second.messages)).not.toContain("cont_1");
    const [, late] = await play([answer("2020-01-01T00:00:00Z"), done]);
    expect(late).not.toHaveProperty("container");
  });

  it("quotes arguments that were no JSON in the result", async () => {
    const [, second] = await play([
      messageStream(toolUse(0, "search", '{"query'), end("tool_use")),
      done,
    ]);
    expect(second.messages[1].content).toMatchObject([{ type: "tool_use", input: {} }]);
    expect(second.messages[2].content).toMatchObject([
      { type: "tool_result", tool_use_id: "toolu_0", is_error: true },
    ]);
    expect(JSON.stringify(second.messages[2])).toContain("query");
  });
});

describe("a history of others", () => {
  const asked = async (
    from: readonly Part[] | ((key: string) => readonly Part[]),
    more: readonly Message[] = [],
  ) => {
    const server = await testServer();
    server.answer(stream(done));
    const { baseURL } = server;
    const parts = typeof from === "function" ? from(`anthropic@${new URL(baseURL).host}`) : from;
    const messages: Message[] = [
      { id: "m1", role: "user", parts: [{ type: "text", text: "Go" }] },
      { id: "m2", role: "assistant", parts },
      ...more,
    ];
    const model = anthropic("claude-opus-5-5", { baseURL, apiKey: "sk-ant-x", cache: false });
    await readModel(model, modelRequest({ messages }));
    return server.asked[0]?.body;
  };

  it("goes without thoughts that others signed", async () => {
    const { messages } = await asked([
      { type: "reasoning", text: "Hm.", step: 1, provider: { anthropic: { signature: "s" } } },
      { type: "opaque", step: 1, provider: { openai: { type: "item" } } },
      { type: "text", text: "Hi", step: 1, provider: { openai: { id: "msg" } } },
    ]);
    expect(messages[1].content).toEqual([{ type: "text", text: "Hi" }]);
  });

  it("calls each call by an id of its own", async () => {
    const call = (provider?: { readonly id: string }): Part => ({
      type: "tool",
      call: "c1",
      name: "search",
      step: 1,
      status: "completed",
      input: {},
      output: "x",
      ...(provider && { provider: { "anthropic@other": provider } }),
    });
    const { messages, tools } = await asked([call(), call({ id: "same" }), call({ id: "same" })]);
    const ids = messages[1].content.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(messages[2].content.map((r: { tool_use_id: string }) => r.tool_use_id)).toEqual(ids);
    // The agent has no tools, and the history calls one.
    expect(tools).toEqual([{ name: "search", input_schema: { type: "object" } }]);
  });

  it("names the files that a model made, and drops texts of nothing but space", async () => {
    const { messages } = await asked([
      { type: "text", text: "\n\n", step: 1 },
      { type: "file", mediaType: "image/png", url: "data:image/png;base64,AA==", step: 1 },
    ]);
    expect(messages[1].content).toEqual([{ type: "text", text: "[file, image/png]" }]);
  });

  it("ends no answer with a thought, also where a container follows", async () => {
    const { messages } = await asked((key) => [
      { type: "text", text: "Hi", step: 1 },
      { type: "reasoning", text: "Hm.", step: 1, provider: { [key]: { signature: "s" } } },
      { type: "opaque", step: 1, provider: { [key]: { container: { id: "c", expires_at: "" } } } },
    ]);
    expect(messages[1].content).toEqual([{ type: "text", text: "Hi" }]);
  });

  it("has roles that alternate", async () => {
    const say = (id: string): Message => ({
      id,
      role: "user",
      parts: [{ type: "text", text: id }],
    });
    const { messages } = await asked(
      [{ type: "text", text: " ", step: 1 }],
      [say("m3"), say("m4")],
    );
    expect(messages).toEqual([
      { role: "user", content: ["Go", "m3", "m4"].map((text) => ({ type: "text", text })) },
    ]);
  });
});
