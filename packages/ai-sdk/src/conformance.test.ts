import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createOpenAICompatible as createV3 } from "@ai-sdk/openai-compatible-v3";
import type { Model } from "@runwire/core";
import { type ModelHarness, modelCases } from "@runwire/core/testing";
import { describe, test } from "vitest";
import { aiSdk } from "./ai-sdk.ts";
import { chatStream, content, toolCalls } from "./chat-wire.test.helper.ts";
import { end, messageStream, text, thinking, toolUse } from "./messages-wire.test.helper.ts";
import { refuse, stream, type WireServer, wireServer } from "./wire-server.test.helper.ts";

describe.each([
  ["@ai-sdk/openai-compatible", createOpenAICompatible],
  ["@ai-sdk/openai-compatible for AI SDK 6", createV3],
])("%s", (_, create) => {
  const harness = async (): Promise<ModelHarness> => {
    const server = await wireServer();
    const { baseURL } = server;
    const provider = create({ name: "mine", baseURL, apiKey: "sk-test" });
    const open = { reason: null, done: false };
    return {
      ...common(server, aiSdk(provider("qwen3"))),
      text: (said) => server.answer(stream(chatStream(content(said)))),
      reasoning: (thought, said) =>
        server.answer(stream(chatStream([{ reasoning_content: thought }, ...content(said)]))),
      calls: (calls) =>
        server.answer(stream(chatStream(toolCalls(calls), { reason: "tool_calls" }))),
      cut: (said) => server.answer(stream(chatStream(content(said), open))),
      broken: (said) => server.answer(stream(chatStream(content(said), open), { ending: "break" })),
      filtered: (said) =>
        server.answer(stream(chatStream(content(said), { reason: "content_filter" }))),
      hang: (said) => hang(server, chatStream(content(said), open)),
    };
  };

  for (const { name, run } of modelCases) test(name, () => run(harness));
});

describe("@ai-sdk/anthropic", () => {
  const harness = async (): Promise<ModelHarness> => {
    const server = await wireServer();
    const { baseURL } = server;
    const provider = createAnthropic({ baseURL, apiKey: "sk-ant-test" });
    const begun = (said: string) => messageStream(text(0, said).slice(0, -1), []);
    return {
      ...common(server, aiSdk(provider("claude-opus-5-5"))),
      text: (said) => server.answer(stream(messageStream(text(0, said)))),
      reasoning: (thought, said) =>
        server.answer(stream(messageStream([...thinking(0, thought), ...text(1, said)]))),
      calls: (calls) =>
        server.answer(
          stream(
            messageStream(
              calls.flatMap(({ name, args }, index) => toolUse(index, name, args)),
              end("tool_use"),
            ),
          ),
        ),
      cut: (said) => server.answer(stream(begun(said))),
      broken: (said) => server.answer(stream(begun(said), { ending: "break" })),
      filtered: (said) => server.answer(stream(messageStream(text(0, said), end("refusal")))),
      hang: (said) => hang(server, begun(said)),
    };
  };

  for (const { name, run } of modelCases) test(name, () => run(harness));
});

function common(server: WireServer, model: Model) {
  return {
    model,
    empty: () => server.answer(stream("")),
    refuse: (status: number, headers?: { readonly [name: string]: string }) =>
      server.answer(refuse(status, { type: "error", message: "No." }, headers)),
    requests: () => server.asked.length,
    close: () => server.close(),
  };
}

function hang(server: WireServer, text: string): { readonly closed: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.answer((response, asked) => {
    asked.closed.then(resolve);
    return stream(text, { ending: "hang" })(response, asked);
  });
  return { closed: promise };
}
