import type { LanguageModelV4StreamPart, LanguageModelV4Usage } from "@ai-sdk/provider";
import { ModelError, type ModelEvent, type ModelRequest } from "@runwire/core";
import { modelRequest, readModel, textOfAnswer } from "@runwire/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aiSdk } from "./ai-sdk.ts";
import type { AiSdkModel, AiSdkOptions } from "./options.ts";

type Part = LanguageModelV4StreamPart;

/** A provider that answers with these parts. */
function modelOf(parts: readonly Part[]): AiSdkModel {
  return {
    specificationVersion: "v4",
    provider: "me.chat",
    modelId: "m-1",
    supportedUrls: {},
    doStream: async () => ({
      stream: new ReadableStream<Part>({
        start(controller) {
          for (const part of parts) controller.enqueue(part);
          controller.close();
        },
      }),
    }),
  };
}

async function read(
  parts: readonly Part[],
  { request, ...options }: AiSdkOptions & { readonly request?: Partial<ModelRequest> } = {},
): Promise<readonly ModelEvent[]> {
  return readModel(aiSdk(modelOf(parts), options), modelRequest(request));
}

async function failure(parts: readonly Part[]): Promise<ModelError> {
  const error = await read(parts).catch((thrown: unknown) => thrown);
  if (!ModelError.is(error)) throw new Error("no ModelError", { cause: error });
  return error;
}

const counts: LanguageModelV4Usage = {
  inputTokens: { total: 100, noCache: 50, cacheRead: 40, cacheWrite: 10 },
  outputTokens: { total: 20, text: 15, reasoning: 5 },
};
const usage = {
  inputTokens: 100,
  outputTokens: 20,
  cachedInputTokens: 40,
  cacheWriteInputTokens: 10,
  reasoningTokens: 5,
};
type Unified = Extract<Part, { type: "finish" }>["finishReason"]["unified"];
const finish = (unified: Unified = "stop", raw: string | undefined = "stop"): Part => ({
  type: "finish",
  usage: counts,
  finishReason: { unified, raw },
});
const text = (id: string, delta: string): Part[] => [
  { type: "text-start", id },
  { type: "text-delta", id, delta },
  { type: "text-end", id },
];
const meta = (value: string) => ({ me: { value } });
const kept = (data: object) => ({ provider: { "ai-sdk:me.chat": data } });

describe("texts and thoughts", () => {
  it("come in pieces, under ids that are the answer's own", async () => {
    const parts: Part[] = [
      { type: "stream-start", warnings: [] },
      { type: "response-metadata", id: "r", modelId: "m-1-2026" },
      { type: "reasoning-start", id: "0" },
      { type: "reasoning-delta", id: "0", delta: "Hm." },
      // Anthropic's package gives the signature so.
      { type: "reasoning-delta", id: "0", delta: "", providerMetadata: meta("sig") },
      { type: "reasoning-end", id: "0" },
      ...text("0", "Hi"),
      ...text("0", "you"),
      finish(),
    ];
    expect(await read(parts)).toEqual([
      { type: "reasoning.started", id: "reasoning0" },
      { type: "reasoning.delta", id: "reasoning0", delta: "Hm." },
      { type: "reasoning.completed", id: "reasoning0", ...kept({ metadata: meta("sig") }) },
      { type: "text.started", id: "text1" },
      { type: "text.delta", id: "text1", delta: "Hi" },
      { type: "text.completed", id: "text1" },
      { type: "text.started", id: "text2" },
      { type: "text.delta", id: "text2", delta: "you" },
      { type: "text.completed", id: "text2" },
      { type: "finish", finishReason: "stop", usage },
    ]);
  });

  it("keep the newest metadata, wherever it came", async () => {
    const at = (start?: string, end?: string): Part[] => [
      { type: "text-start", id: "1", ...(start && { providerMetadata: meta(start) }) },
      { type: "text-delta", id: "1", delta: "a" },
      { type: "text-end", id: "1", ...(end && { providerMetadata: meta(end) }) },
      finish(),
    ];
    const completed = async (parts: readonly Part[]) =>
      (await read(parts)).find(({ type }) => type === "text.completed");
    expect(await completed(at("a", "b"))).toMatchObject(kept({ metadata: meta("b") }));
    expect(await completed(at("a"))).toMatchObject(kept({ metadata: meta("a") }));
    expect(await completed(at())).not.toHaveProperty("provider");
  });

  it("go back unsigned where their provider signs nothing", async () => {
    const events = await read([
      { type: "reasoning-start", id: "1" },
      { type: "reasoning-delta", id: "1", delta: "Hm." },
      finish(),
    ]);
    expect(events).toContainEqual({ type: "reasoning.completed", id: "reasoning0", ...kept({}) });
  });

  it("may begin unannounced, twice under one id, and end with the answer", async () => {
    const events = await read([
      { type: "text-delta", id: "x", delta: "a" },
      { type: "text-start", id: "x" },
      { type: "text-delta", id: "x", delta: "b" },
      { type: "text-end", id: "y" },
      finish(),
    ]);
    expect(textOfAnswer(events)).toBe("ab");
    expect(events.filter(({ type }) => type === "text.completed")).toHaveLength(2);
  });

  it("mark what answers a schema", async () => {
    const request = { output: { name: "a", schema: { type: "object" } } };
    expect(await read([...text("1", "{}"), finish()], { request })).toContainEqual(
      expect.objectContaining({ type: "text.started", format: "json" }),
    );
  });
});

describe("calls", () => {
  it("stream their arguments, and keep their ids and metadata", async () => {
    const events = await read([
      { type: "tool-input-start", id: "call_1", toolName: "search" },
      { type: "tool-input-delta", id: "call_1", delta: '{"a":' },
      { type: "tool-input-delta", id: "call_1", delta: "" },
      { type: "tool-input-delta", id: "call_1", delta: "1}" },
      { type: "tool-input-end", id: "call_1" },
      {
        type: "tool-call",
        toolCallId: "call_1",
        toolName: "search",
        input: '{"a":1}',
        providerMetadata: meta("sig"),
      },
      { type: "tool-call", toolCallId: "call_2", toolName: "list", input: "{}" },
      finish(),
    ]);
    expect(events).toEqual([
      { type: "tool.args.started", call: "c0", name: "search" },
      { type: "tool.args.delta", call: "c0", delta: '{"a":' },
      { type: "tool.args.delta", call: "c0", delta: "1}" },
      {
        type: "tool.called",
        call: "c0",
        name: "search",
        args: '{"a":1}',
        ...kept({ id: "call_1", metadata: meta("sig") }),
      },
      { type: "tool.called", call: "c1", name: "list", args: "{}", ...kept({ id: "call_2" }) },
      { type: "finish", finishReason: "tool-calls", usage },
    ]);
  });

  it("whose input is raw text show it as the JSON that it will be", async () => {
    const events = await read([
      { type: "tool-input-start", id: "1", toolName: "sql", inputEncoding: "text" },
      { type: "tool-input-delta", id: "1", delta: 'SELECT "a"' },
      { type: "tool-input-delta", id: "1", delta: "\nFROM b" },
      { type: "tool-input-end", id: "1" },
      { type: "tool-call", toolCallId: "1", toolName: "sql", input: '"SELECT \\"a\\"\\nFROM b"' },
      finish("tool-calls"),
    ]);
    const streamed = events.flatMap((event) =>
      event.type === "tool.args.delta" ? [event.delta] : [],
    );
    expect(streamed.join("")).toBe('"SELECT \\"a\\"\\nFROM b"');
  });

  it.each([
    ["length", 1],
    ["content-filter", 1],
    ["tool-calls", 4],
    ["stop", 4],
  ] as const)("that %s may have cut off are not called: %s of 4 are", async (reason, count) => {
    const inputs = ['{"a":1}', '{"half', "", "{}"];
    const parts = inputs.map(
      (input, index): Part => ({ type: "tool-call", toolCallId: `${index}`, toolName: "a", input }),
    );
    const events = await read([...parts, finish(reason)]);
    expect(events.filter(({ type }) => type === "tool.called")).toHaveLength(count);
  });
});

describe("a tool that the provider runs", () => {
  const call: Part = {
    type: "tool-call",
    toolCallId: "s1",
    toolName: "web_search",
    input: '{"q":"a"}',
    providerExecuted: true,
    providerMetadata: meta("call"),
  };
  const result = (over: Partial<Extract<Part, { type: "tool-result" }>> = {}): Part => ({
    type: "tool-result",
    toolCallId: "s1",
    toolName: "web_search",
    result: ["hit"],
    ...over,
  });
  const called = {
    type: "tool.called",
    call: "c0",
    name: "web_search",
    args: '{"q":"a"}',
    executor: "provider",
  };
  const data = { id: "s1", metadata: meta("call") };

  it("is called and answers, with what the provider needs to see it again", async () => {
    const answer = result({ providerMetadata: meta("result") });
    expect((await read([call, answer, finish()])).slice(0, 2)).toEqual([
      called,
      {
        type: "tool.completed",
        call: "c0",
        output: ["hit"],
        ...kept({ ...data, result: { metadata: meta("result") } }),
      },
    ]);
  });

  it("may fail", async () => {
    const failed = result({ result: { code: "down" }, isError: true });
    expect((await read([call, failed, finish()]))[1]).toEqual({
      type: "tool.failed",
      call: "c0",
      error: { code: "tool-error", message: 'web_search failed: {"code":"down"}' },
      ...kept({ ...data, result: { failure: { code: "down" } } }),
    });
    const plain = result({ result: "down", isError: true });
    expect((await read([call, plain, finish()]))[1]).toMatchObject({
      error: { message: "web_search failed: down" },
    });
  });

  it("may show previews: the last word counts", async () => {
    const preview = result({ result: ["half"], preliminary: true });
    const outputs = async (parts: readonly Part[]) =>
      (await read([call, ...parts, finish()])).flatMap((event) =>
        event.type === "tool.completed" ? [event.output] : [],
      );
    expect(await outputs([preview, result(), result()])).toEqual([["hit"]]);
    expect(await outputs([preview])).toEqual([["half"]]);
  });

  it("may answer in the next response, when this one was paused", async () => {
    const paused = await read([call, finish("stop", "pause_turn")]);
    expect(paused.slice(1)).toMatchObject([
      { type: "tool.completed", output: null, ...kept(data) },
      { type: "finish", finishReason: "paused" },
    ]);
    const next = await read([result({ isError: true }), ...text("1", "So."), finish()]);
    expect(next[0]).toEqual({
      type: "opaque.added",
      ...kept({
        type: "tool-result",
        id: "s1",
        name: "web_search",
        output: ["hit"],
        failed: true,
      }),
    });
  });

  it("may be cut off, and then does not go back", async () => {
    const cut = await read([call, finish("length", "max_tokens")]);
    expect(cut[1]).toEqual({
      type: "tool.failed",
      call: "c0",
      error: { code: "tool-error", message: "web_search did not finish." },
    });
  });

  it("that asks to be approved finds nobody, and says so", async () => {
    const ask: Part = { type: "tool-approval-request", approvalId: "a", toolCallId: "s1" };
    expect(await read([call, ask, finish()])).toContainEqual(
      expect.objectContaining({ type: "warning.raised", code: "hosted-approval" }),
    );
  });
});

describe("what else comes", () => {
  it("are sources, of the answer or of a passage", async () => {
    const web = {
      type: "source",
      sourceType: "url",
      id: "1",
      url: "https://a.example",
      title: "A",
    } as const;
    const file = {
      type: "source",
      sourceType: "document",
      id: "2",
      mediaType: "application/pdf",
      title: "",
      filename: "b.pdf",
    } as const;
    const events = await read([
      web,
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", delta: "So." },
      {
        type: "text-end",
        id: "1",
        citations: [{ source: file, startIndex: 0, endIndex: 3, citedText: "so" }, { source: web }],
      },
      finish(),
    ]);
    expect(events.filter(({ type }) => type === "source.added")).toEqual([
      { type: "source.added", url: "https://a.example", title: "A" },
      { type: "source.added", title: "b.pdf", text: "text0", start: 0, end: 3, quote: "so" },
      { type: "source.added", url: "https://a.example", title: "A", text: "text0" },
    ]);
  });

  it("are files, whatever they are made of", async () => {
    const file = (data: Extract<Part, { type: "file" }>["data"]): Part => ({
      type: "file",
      mediaType: "image/png",
      data,
    });
    const events = await read([
      file({ type: "data", data: "AAE=" }),
      file({ type: "data", data: new Uint8Array([0, 1]) }),
      file({ type: "url", url: new URL("https://a.example/x.png") }),
      { ...file({ type: "data", data: "AA==" }), providerMetadata: meta("sig") } as Part,
      finish(),
    ]);
    expect(events.slice(0, 4)).toEqual([
      { type: "file.added", mediaType: "image/png", url: "data:image/png;base64,AAE=" },
      { type: "file.added", mediaType: "image/png", url: "data:image/png;base64,AAE=" },
      { type: "file.added", mediaType: "image/png", url: "https://a.example/x.png" },
      {
        type: "file.added",
        mediaType: "image/png",
        url: "data:image/png;base64,AA==",
        ...kept({ metadata: meta("sig") }),
      },
    ]);
  });

  it("is kept for the provider, where only it understands it", async () => {
    const events = await read([
      { type: "custom", kind: "me.compaction", providerMetadata: meta("enc") },
      { type: "reasoning-file", mediaType: "image/png", data: { type: "data", data: "AA==" } },
      finish(),
    ]);
    expect(events.slice(0, 2)).toEqual([
      {
        type: "opaque.added",
        ...kept({ type: "custom", kind: "me.compaction", metadata: meta("enc") }),
      },
      {
        type: "opaque.added",
        ...kept({
          type: "reasoning-file",
          mediaType: "image/png",
          url: "data:image/png;base64,AA==",
        }),
      },
    ]);
  });

  it("are warnings", async () => {
    const warnings = [
      { type: "unsupported", feature: "topK", details: "It has none." },
      { type: "compatibility", feature: "json" },
      { type: "deprecated", setting: "seed", message: "Leave it out." },
      { type: "other", message: "Beware." },
    ] as const;
    const events = await read([{ type: "stream-start", warnings: [...warnings] }, finish()]);
    expect(events.slice(0, 4)).toEqual(
      [
        ["unsupported", "topK is not supported. It has none."],
        ["compatibility", "json is imitated."],
        ["deprecated", "seed: Leave it out."],
        ["other", "Beware."],
      ].map(([code, message]) => ({ type: "warning.raised", code, message })),
    );
  });

  it("passes, if nobody knows it", async () => {
    const odd = { type: "weather", sun: true } as unknown as Part;
    const raw: Part = { type: "raw", rawValue: {} };
    expect(await read([odd, { type: "ping" }, raw, finish()])).toHaveLength(1);
  });
});

describe("the end", () => {
  it.each([
    ["stop", "stop", "stop"],
    ["length", "max_tokens", "length"],
    ["content-filter", "refusal", "content-filter"],
    ["tool-calls", "tool_use", "tool-calls"],
    ["other", "odd", "other"],
    ["stop", "pause_turn", "paused"],
  ] as const)("%s (%s) is %s", async (unified, raw, finishReason) => {
    expect((await read([finish(unified, raw)])).at(-1)).toMatchObject({ finishReason });
  });

  it.each<[string, Part[]]>([
    ["has no end", text("1", "Hel")],
    ["has none but its provider's word for that", [...text("1", "Hel"), finish("interrupted", "")]],
    ["has none but a word that says nothing", [...text("1", "Hel"), finish("other", "")]],
    ["is taken back", [finish(), finish("interrupted", "")]],
  ])("is a cut where an answer %s", async (_, parts) => {
    const error = await failure(parts);
    expect(error).toMatchObject({ code: "model-error", retryable: true });
    expect(error.message).toContain("me broke off before the end");
  });

  it("may be an error, that the provider names and no more", async () => {
    const error = await failure([
      { type: "response-metadata", id: "r1" },
      finish("error", "MALFORMED_FUNCTION_CALL"),
    ]);
    expect(error).toMatchObject({
      retryable: true,
      usage,
      details: { code: "MALFORMED_FUNCTION_CALL", response: "r1" },
    });
  });

  it("costs what the price says, and counts what is counted in parts only", async () => {
    const price = { input: 10_000, output: 50_000, cachedInput: 1_000, cacheWriteInput: 12_500 };
    expect((await read([finish()], { price })).at(-1)).toMatchObject({
      // 50 × 0.01 + 40 × 0.001 + 10 × 0.0125 + 20 × 0.05
      usage: { cost: expect.closeTo(1.665, 9) },
    });
    const parts: Part = {
      type: "finish",
      finishReason: { unified: "stop", raw: "stop" },
      usage: {
        inputTokens: { ...counts.inputTokens, total: undefined },
        outputTokens: { total: undefined, text: undefined, reasoning: undefined },
      },
    };
    expect((await read([parts])).at(-1)).toMatchObject({
      usage: { inputTokens: 100, outputTokens: 0 },
    });
  });
});

it("keeps the contract, whatever order the parts come in", async () => {
  const call = (id: string, providerExecuted: boolean): Part[] => [
    { type: "tool-input-start", id, toolName: "a", inputEncoding: "text" },
    { type: "tool-input-delta", id, delta: "x" },
    { type: "tool-input-end", id },
    { type: "tool-call", toolCallId: id, toolName: "a", input: '"x"', providerExecuted },
    { type: "tool-result", toolCallId: id, toolName: "a", result: 1 },
  ];
  const parts: Part[] = [
    ...text("1", "a"),
    ...text("1", "b"),
    { type: "reasoning-start", id: "1" },
    { type: "reasoning-delta", id: "1", delta: "c" },
    { type: "reasoning-end", id: "1" },
    ...call("1", true),
    ...call("2", false),
    { type: "tool-call", toolCallId: "3", toolName: "b", input: "{" },
  ];
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(parts), async (some) => {
      // It checks every event against the contract of a model.
      await read([...some, finish("length")]);
      await read([...some, finish("tool-calls")]);
    }),
    { numRuns: 300 },
  );
});
