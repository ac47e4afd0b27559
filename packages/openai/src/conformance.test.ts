import type { Model } from "@runwire/core";
import { type ModelHarness, modelCases } from "@runwire/core/testing";
import { describe, test } from "vitest";
import { chatStream, content, toolCalls } from "./chat-wire.test.helper.ts";
import { openai } from "./openai.ts";
import {
  incomplete,
  interleaved,
  message,
  reasoning,
  responseStream,
} from "./responses-wire.test.helper.ts";
import { refuse, stream, type WireServer, wireServer } from "./wire-server.test.helper.ts";

describe("the Responses API", () => {
  const harness = async (): Promise<ModelHarness> => {
    const server = await wireServer();
    return {
      ...common(server, openai("gpt-5", { baseURL: server.baseURL, apiKey: "sk-test" })),
      text: (text) => server.answer(stream(responseStream(message(0, text)))),
      reasoning: (thought, text) =>
        server.answer(stream(responseStream([...reasoning(0, [thought]), ...message(1, text)]))),
      calls: (calls) => server.answer(stream(responseStream(interleaved(calls)))),
      cut: (text) => server.answer(stream(responseStream(begun(text), null))),
      broken: (text) =>
        server.answer(stream(responseStream(begun(text), null), { ending: "break" })),
      filtered: (text) =>
        server.answer(stream(responseStream(message(0, text), incomplete("content_filter")))),
      hang: (text) => hang(server, responseStream(begun(text), null)),
    };
  };
  const begun = (text: string) => message(0, text).slice(0, -3);

  for (const { name, run } of modelCases) test(name, () => run(harness));
});

describe("Chat Completions", () => {
  const harness = async (): Promise<ModelHarness> => {
    const server = await wireServer();
    const open = { reason: null, usage: false, done: false };
    return {
      ...common(server, openai.chat("gpt-4.1", { baseURL: server.baseURL, apiKey: "sk-test" })),
      text: (text) => server.answer(stream(chatStream(content(text)))),
      reasoning: (thought, text) =>
        server.answer(stream(chatStream([{ reasoning_content: thought }, ...content(text)]))),
      calls: (calls) =>
        server.answer(stream(chatStream(toolCalls(calls), { reason: "tool_calls" }))),
      cut: (text) => server.answer(stream(chatStream(content(text), open))),
      broken: (text) => server.answer(stream(chatStream(content(text), open), { ending: "break" })),
      filtered: (text) =>
        server.answer(stream(chatStream(content(text), { reason: "content_filter" }))),
      hang: (text) => hang(server, chatStream(content(text), open)),
    };
  };

  for (const { name, run } of modelCases) test(name, () => run(harness));
});

function common(server: WireServer, model: Model) {
  return {
    model,
    empty: () => server.answer(stream("")),
    refuse: (status: number, headers?: { readonly [name: string]: string }) =>
      server.answer(refuse(status, { message: "No.", type: "error", code: null }, headers)),
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
