import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { anthropic } from "@runwire/anthropic";
import { agent, memoryLog, tool } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import { checkLog } from "@runwire/core/testing";
import { openai } from "@runwire/openai";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

/** Two providers at one address, as their wires are. What they are asked is kept. */
async function providers(answers: {
  readonly openai: (asked: number, response: ServerResponse) => void;
  readonly anthropic: (response: ServerResponse) => void;
}) {
  const asked = { openai: [] as Body[], anthropic: [] as Body[] };
  const server = createServer((request, response) => {
    void readJson(request).then((body) => {
      const who = request.url?.startsWith("/v1/messages") ? "anthropic" : "openai";
      asked[who].push(body);
      if (who === "anthropic") answers.anthropic(response);
      else answers.openai(asked.openai.length, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    models: [
      openai.chat("gpt-5", { baseURL: `${url}/openai`, apiKey: "sk-test" }),
      anthropic("claude-opus-5-5", { baseURL: url, apiKey: "sk-ant-test" }),
    ],
  };
}

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

async function readJson(request: IncomingMessage): Promise<Body> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return JSON.parse(text) as Body;
}

function stream(response: ServerResponse, events: readonly object[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of events) {
    const type = "type" in event ? `event: ${event.type}\n` : "";
    response.write(`${type}data: ${JSON.stringify(event)}\n\n`);
  }
}

function refuse(response: ServerResponse, status: number, error: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error }));
}

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "gpt-5",
  choices: [{ index: 0, delta, finish_reason }],
});

/** Chat Completions: a call of the tool. */
function callWeather(response: ServerResponse): void {
  const made = { name: "weather", arguments: '{"city":"Bonn"}' };
  stream(response, [
    chunk({
      role: "assistant",
      tool_calls: [{ index: 0, id: "call_1", type: "function", function: made }],
    }),
    chunk({}, "tool_calls"),
  ]);
  response.end("data: [DONE]\n\n");
}

/** Messages: a text. */
function say(response: ServerResponse, text: string): void {
  const usage = { input_tokens: 20, output_tokens: 5 };
  const message = { id: "msg_1", type: "message", role: "assistant", model: "claude", content: [] };
  stream(response, [
    { type: "message_start", message: { ...message, stop_reason: null, usage } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage },
    { type: "message_stop" },
  ]);
  response.end();
}

const weather = tool({
  description: "Tells the weather",
  input: z.object({ city: z.string() }),
  execute: ({ city }) => `Rain in ${city}`,
});

test("another provider goes on with what the first one began", async () => {
  const { models, asked } = await providers({
    openai(count, response) {
      if (count === 1) callWeather(response);
      else if (count === 2) {
        // Broken off in mid-answer, and then out of money.
        stream(response, [chunk({ role: "assistant", content: "It is about to" })]);
        setImmediate(() => response.destroy());
      } else
        refuse(response, 429, { message: "You exceeded your quota.", code: "insufficient_quota" });
    },
    anthropic: (response) => say(response, "Take an umbrella."),
  });
  const log = memoryLog();
  const assistant = agent({ name: "assistant", model: models, tools: { weather } });
  const run = assistant.run("What to wear?", { log });
  expect(await run.result).toBe("Take an umbrella.");

  const events: RunEvent[] = [];
  for await (const event of run) events.push(event as RunEvent);
  const steps = events.flatMap((event) =>
    event.type === "step.started"
      ? [event.model]
      : event.type === "step.reverted"
        ? [event.reason]
        : [],
  );
  const [gpt, claude] = models.map(({ id }) => id);
  expect(steps).toEqual([gpt, gpt, "retry", gpt, "fallback", claude]);
  expect(checkLog({ events, inbox: [] })).toEqual([]);
  expect(run.state?.usageByModel?.[claude ?? ""]).toEqual({ inputTokens: 20, outputTokens: 5 });

  // What was half said is gone, and the call of the one is the call of the other.
  expect(asked.openai).toHaveLength(3);
  expect(JSON.stringify(asked.anthropic)).not.toContain("about to");
  const [question, call, result] = asked.anthropic[0]?.messages ?? [];
  expect(JSON.stringify(question)).toContain("What to wear?");
  expect(call).toMatchObject({
    role: "assistant",
    content: [{ type: "tool_use", name: "weather", input: { city: "Bonn" } }],
  });
  const [made] = (call?.content ?? []) as readonly { readonly id: string }[];
  expect(result).toMatchObject({
    role: "user",
    content: [{ type: "tool_result", tool_use_id: made?.id }],
  });
  expect(JSON.stringify(result)).toContain("Rain in Bonn");
});

test("a request that one provider finds wrong is not shown to the next", async () => {
  const { models, asked } = await providers({
    openai: (_, response) => refuse(response, 400, { message: "No such tool.", code: "bad" }),
    anthropic: (response) => say(response, "Never."),
  });
  const run = agent({ name: "assistant", model: models }).run("Hi");
  await expect(run.result).rejects.toThrow("No such tool.");
  expect([asked.openai.length, asked.anthropic.length]).toEqual([1, 0]);
});
