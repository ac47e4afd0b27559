import type { LanguageModelV3CallOptions, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import type { Message, Part } from "@runwire/core/protocol";
import { modelRequest, readModel } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import { aiSdk } from "./ai-sdk.ts";
import type { ModelV3 } from "./options.ts";

/** A provider of version 3 that answers with a file, and keeps what it was asked. */
function oldModel() {
  const calls: LanguageModelV3CallOptions[] = [];
  const parts: LanguageModelV3StreamPart[] = [
    { type: "file", mediaType: "image/png", data: "AAE=" },
    { type: "file", mediaType: "image/png", data: new Uint8Array([0, 1]) },
    {
      type: "finish",
      finishReason: { unified: "stop", raw: "stop" },
      usage: {
        inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 1, text: 1, reasoning: 0 },
      },
    },
  ];
  const model: ModelV3 = {
    specificationVersion: "v3",
    provider: "old.chat",
    modelId: "m",
    supportedUrls: { "*/*": [/^https:/] },
    async doStream(options) {
      calls.push(options);
      const stream = new ReadableStream<LanguageModelV3StreamPart>({
        start(controller) {
          for (const part of parts) controller.enqueue(part);
          controller.close();
        },
      });
      return { stream };
    },
  };
  return { model, calls };
}

const png = { type: "file", mediaType: "image/png", url: "data:image/png;base64,AA==" } as const;
const pdf = { type: "file", mediaType: "application/pdf", filename: "a.pdf" } as const;
const here = { ...pdf, url: "data:application/pdf;base64,AA==" };
const there = { ...pdf, url: "https://a.example/a.pdf" };
const tool = { type: "tool", call: "c1", name: "look", step: 1, status: "completed" } as const;
const opaque = (data: { readonly type: string }): Part => ({
  type: "opaque",
  step: 1,
  provider: { "ai-sdk:old.chat": data },
});

describe("a model of version 3", () => {
  it("answers like one of version 4", async () => {
    const events = await readModel(aiSdk(oldModel().model));
    const added = { type: "file.added", mediaType: "image/png", url: "data:image/png;base64,AAE=" };
    expect(events).toMatchObject([added, added, { type: "finish", finishReason: "stop" }]);
  });

  it("is asked as it expects to be", async () => {
    const { model, calls } = oldModel();
    const messages: Message[] = [
      { id: "m1", role: "user", parts: [{ type: "text", text: "Look" }, png, here, there] },
      {
        id: "m2",
        role: "assistant",
        parts: [
          opaque({ type: "custom" }),
          { type: "text", text: "So", step: 1 },
          { ...tool, input: {}, output: 1 },
          {
            ...tool,
            input: {},
            output: 1,
            content: [png, { ...png, url: there.url }, here, there],
          },
        ],
      },
    ];
    const request = modelRequest({ messages, instructions: "Be brief." });
    await readModel(aiSdk(model, { reasoning: "high", temperature: 0 }), request);
    const [call] = calls;
    expect(call).not.toHaveProperty("reasoning");
    expect(call?.temperature).toBe(0);
    const file = { type: "file", mediaType: "application/pdf", filename: "a.pdf" };
    expect(call?.prompt).toMatchObject([
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "Look" },
          { type: "file", mediaType: "image/png", data: "AA==" },
          { ...file, data: "AA==" },
          { ...file, data: new URL(there.url) },
        ],
      },
      {
        role: "assistant",
        content: [{ type: "text" }, { type: "tool-call" }, { type: "tool-call" }],
      },
      {
        role: "tool",
        content: [
          { type: "tool-result", output: { type: "text", value: "1" } },
          {
            type: "tool-result",
            output: {
              type: "content",
              value: [
                { type: "image-data", mediaType: "image/png", data: "AA==" },
                { type: "image-url", url: there.url },
                {
                  type: "file-data",
                  mediaType: "application/pdf",
                  data: "AA==",
                  filename: "a.pdf",
                },
                { type: "file-url", url: there.url },
              ],
            },
          },
        ],
      },
    ]);
  });
});
