import type { ModelRequest } from "@runwire/core";
import { modelRequest } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import { callOptions } from "./call-options.ts";
import type { AiSdkModel, AiSdkOptions } from "./options.ts";

const model: AiSdkModel = {
  specificationVersion: "v4",
  provider: "me",
  modelId: "m",
  supportedUrls: {},
  doStream: () => Promise.reject(new Error("nobody asks")),
};
const asked = (over: Partial<ModelRequest> = {}, options: AiSdkOptions = {}) =>
  callOptions(model, modelRequest(over), options, "ai-sdk:me");

const search = {
  name: "search",
  description: "Search the docs",
  input: { type: "object", properties: { query: { type: "string" } } },
};
const output = { name: "answer", schema: { type: "object", properties: {} } };
const hi = { role: "user", content: [{ type: "text", text: "Hi" }] };

describe("a request", () => {
  it("says no more than it must", async () => {
    expect(await asked()).toEqual({ prompt: [hi] });
    expect(await asked({ instructions: "Be brief.", tools: [search] })).toEqual({
      prompt: [{ role: "system", content: "Be brief." }, hi],
      tools: [
        {
          type: "function",
          name: "search",
          description: "Search the docs",
          inputSchema: search.input,
        },
      ],
    });
  });

  it("takes every setting", async () => {
    const settings = {
      temperature: 0.5,
      topP: 0.9,
      topK: 5,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      seed: 1,
      stopSequences: ["END"],
      maxOutputTokens: 100,
      reasoning: "high",
      providerOptions: { me: { fast: true } },
      headers: { "x-title": "Runwire" },
    } as const;
    const price = { input: 1, output: 2 };
    expect(await asked({}, { ...settings, price })).toEqual({ prompt: [hi], ...settings });
  });

  it("has the provider's own tools, and lets one stand in for the agent's", async () => {
    const hosted = { type: "provider", id: "me.search", args: { max: 1 } } as const;
    const { tools } = await asked(
      { tools: [search, { ...search, name: "read" }] },
      { hostedTools: { search: hosted } },
    );
    expect(tools).toMatchObject([
      { type: "function", name: "read" },
      { type: "provider", id: "me.search", name: "search", args: { max: 1 } },
    ]);
  });
});

describe("the choice of tools", () => {
  it("is forced in the first answer to a message only", async () => {
    const tools = [search];
    const answered = modelRequest().messages.concat({
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
    });
    for (const [toolChoice, expected] of [
      ["required", { type: "required" }],
      [{ tool: "search" }, { type: "tool", toolName: "search" }],
    ] as const) {
      expect((await asked({ tools }, { toolChoice })).toolChoice).toEqual(expected);
      const later = await asked({ tools, messages: answered }, { toolChoice });
      expect(later).not.toHaveProperty("toolChoice");
    }
  });

  it("may be none, or nothing that needs to be said", async () => {
    const tools = [search];
    expect((await asked({ tools }, { toolChoice: "none" })).toolChoice).toEqual({ type: "none" });
    expect(await asked({ tools }, { toolChoice: "auto" })).not.toHaveProperty("toolChoice");
    expect(await asked({}, { toolChoice: "required" })).not.toHaveProperty("toolChoice");
  });
});

describe("a structured output", () => {
  it("is asked for by its schema", async () => {
    expect((await asked({ output })).responseFormat).toEqual({
      type: "json",
      name: "answer",
      schema: output.schema,
    });
  });

  it("is asked for in words where that is wanted, after the agent's own", async () => {
    const options: AiSdkOptions = { structuredOutput: "instructions" };
    const words = `Answer with nothing but JSON that fits this JSON Schema:\n${JSON.stringify(output.schema)}`;
    expect(await asked({ output, instructions: "Be brief." }, options)).toEqual({
      prompt: [{ role: "system", content: `Be brief.\n\n${words}` }, hi],
      responseFormat: { type: "json" },
    });
    // JSON mode means an object.
    const list = { name: "answer", schema: { type: "array" } };
    expect((await asked({ output: list }, options)).responseFormat).toEqual({ type: "text" });
  });
});
