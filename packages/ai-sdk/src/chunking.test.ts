import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ModelError } from "@runwire/core";
import { readModel, textOfAnswer } from "@runwire/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aiSdk } from "./ai-sdk.ts";
import { chatStream, content, toolCalls } from "./chat-wire.test.helper.ts";
import { end, messageStream, text, thinking, toolUse } from "./messages-wire.test.helper.ts";
import { stream, testServer, type WireServer } from "./wire-server.test.helper.ts";

const said = "Hé 👋🏽!";
const args = '{"query":"wörld 👋🏽"}';
const providers = [
  {
    name: "@ai-sdk/openai-compatible",
    model: ({ baseURL }: WireServer) =>
      aiSdk(createOpenAICompatible({ name: "mine", baseURL })("qwen3")),
    bytes: chatStream(
      [
        { reasoning_content: "Hm. 👋🏽" },
        ...content(said),
        ...toolCalls([
          { name: "search", args },
          { name: "read", args: "{}" },
        ]),
      ],
      { reason: "tool_calls" },
    ),
    ending: '"finish_reason":"tool_calls"',
  },
  {
    name: "@ai-sdk/anthropic",
    model: ({ baseURL }: WireServer) =>
      aiSdk(createAnthropic({ baseURL, apiKey: "sk-ant" })("claude-opus-5-5")),
    bytes: messageStream(
      [
        ...thinking(0, "Hm. 👋🏽"),
        ...text(1, said),
        ...toolUse(2, "search", args),
        ...toolUse(3, "read", ""),
      ],
      end("tool_use"),
    ),
    ending: '"type":"message_delta"',
  },
];

// Hundreds of requests: a machine that is busy with others takes its time.
describe.each(providers)("$name", { timeout: 60_000 }, ({ model: make, bytes, ending }) => {
  const size = Buffer.byteLength(bytes);
  const cut = async (server: WireServer, cuts: readonly number[]) => {
    server.answer(stream(bytes, { cuts }));
    return readModel(make(server));
  };

  it("reads the same in random pieces, and byte by byte", async () => {
    const server = await testServer();
    const whole = await cut(server, []);
    expect(textOfAnswer(whole)).toBe(said);
    expect(whole.filter(({ type }) => type === "tool.called")).toMatchObject([
      { args },
      { args: "{}" },
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: size - 1 }), { maxLength: 20 }),
        async (places) => {
          const cuts = places.sort((a, b) => a - b);
          expect(await cut(server, cuts)).toEqual(whole);
        },
      ),
      { numRuns: 50 },
    );
    const everywhere = Array.from({ length: size }, (_, at) => at);
    expect(await cut(server, everywhere)).toEqual(whole);
  });

  it("never takes an answer that ends before its end for a success", async () => {
    const server = await testServer();
    const last = Buffer.from(bytes).indexOf(ending);
    const places = fc.integer({ min: 0, max: last });
    await fc.assert(
      fc.asyncProperty(places, async (place) => {
        server.answer((response) => {
          response.writeHead(200, { "content-type": "text/event-stream" });
          response.end(Buffer.from(bytes).subarray(0, place));
        });
        const outcome = await readModel(make(server)).catch((error: unknown) => error);
        expect(ModelError.is(outcome), `ended at ${place}`).toBe(true);
        expect(outcome).toMatchObject({ code: "model-error", retryable: true });
      }),
      { numRuns: 100 },
    );
  });
});
