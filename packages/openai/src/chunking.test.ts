import { type Model, ModelError, type ModelEvent } from "@runwire/core";
import { readModel, textOfAnswer } from "@runwire/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chatStream, content, toolCalls } from "./chat-wire.test.helper.ts";
import { openai } from "./openai.ts";
import { interleaved, message, reasoning, responseStream } from "./responses-wire.test.helper.ts";
import { sse } from "./sse.test.helper.ts";
import { stream, testServer, type WireServer } from "./wire-server.test.helper.ts";

const text = "Hé 👋🏽!";
const calls = [
  { name: "search", args: '{"query":"wörld 👋🏽"}' },
  { name: "read", args: '{"path":"b"}' },
];

/** Each API with an answer small enough to be cut everywhere, the part of it that ends it, and a larger answer. */
const apis = [
  {
    name: "the Responses API",
    model: ({ baseURL }: WireServer) => openai("gpt-5", { baseURL, apiKey: "sk" }),
    small: (eol: string) =>
      sse(
        [
          {
            type: "response.output_item.added",
            output_index: 0,
            item: { type: "message", id: "m" },
          },
          { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: text },
          { type: "response.completed", response: { status: "completed" } },
        ],
        { named: true, eol },
      ),
    ending: '"completed"}}',
    large: (eol: string) =>
      responseStream([...reasoning(0, ["Hm. 👋🏽"]), ...message(1, text)], undefined, { eol }),
    largeCalls: (eol: string) => responseStream(interleaved(calls), undefined, { eol }),
  },
  {
    name: "Chat Completions",
    model: ({ baseURL }: WireServer) => openai.chat("qwen3", { baseURL, apiKey: "sk" }),
    small: (eol: string) =>
      sse(
        [
          { choices: [{ index: 0, delta: { content: text } }] },
          { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
          "[DONE]",
        ],
        { eol },
      ),
    ending: '"stop"}]}',
    large: (eol: string) => chatStream([{ reasoning: "Hm. 👋🏽" }, ...content(text)], { eol }),
    largeCalls: (eol: string) => chatStream(toolCalls(calls), { eol }),
  },
];

async function readCut(
  server: WireServer,
  model: Model,
  bytes: string,
  cuts: readonly number[],
): Promise<readonly ModelEvent[]> {
  server.answer(stream(bytes, { cuts }));
  return readModel(model);
}

// Hundreds of requests: a machine that is busy with others takes its time.
const timeout = 60_000;

describe.each(apis)("$name", { timeout }, ({ model: make, small, ending, large, largeCalls }) => {
  it.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ])("reads the same wherever the bytes are cut, with %s", async (_, eol) => {
    const server = await testServer();
    const model = make(server);
    const bytes = small(eol);
    const whole = await readCut(server, model, bytes, []);
    expect(textOfAnswer(whole)).toBe(text);
    for (let at = 1; at < Buffer.byteLength(bytes); at++) {
      expect(await readCut(server, model, bytes, [at]), `cut at ${at}`).toEqual(whole);
    }
    const everywhere = Array.from({ length: Buffer.byteLength(bytes) }, (_, at) => at);
    expect(await readCut(server, model, bytes, everywhere)).toEqual(whole);
  });

  it.each([
    ["a text", large],
    ["calls", largeCalls],
  ])("reads %s the same in random pieces", async (_, answer) => {
    const server = await testServer();
    const model = make(server);
    const whole = await readCut(server, model, answer("\n"), []);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("\n", "\r\n"),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
        async (eol, places) => {
          const bytes = answer(eol);
          const size = Buffer.byteLength(bytes);
          const cuts = places.map((place) => Math.floor(place * size)).sort((a, b) => a - b);
          expect(await readCut(server, model, bytes, cuts)).toEqual(whole);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("never takes an answer that ends too early for a success", async () => {
    const server = await testServer();
    const model = make(server);
    const bytes = Buffer.from(small("\n"));
    const complete = bytes.indexOf(ending) + Buffer.byteLength(ending);
    const whole = await readCut(server, model, bytes.toString(), []);
    for (let end = 0; end <= bytes.length; end++) {
      server.answer((response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.end(bytes.subarray(0, end));
      });
      const outcome = await readModel(model).catch((error: unknown) => error);
      if (end >= complete) {
        expect(outcome, `ended at ${end}`).toEqual(whole);
      } else {
        expect(ModelError.is(outcome), `ended at ${end}`).toBe(true);
        expect(outcome).toMatchObject({ code: "model-error", retryable: true });
      }
    }
  });
});
