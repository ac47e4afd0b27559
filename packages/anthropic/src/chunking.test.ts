import { ModelError } from "@runwire/core";
import { readModel, textOfAnswer } from "@runwire/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anthropic } from "./anthropic.ts";
import {
  begin,
  type Draft,
  end,
  interleaved,
  messageStream,
  sse,
  text,
  thinking,
  webSearch,
} from "./messages-wire.test.helper.ts";
import { stream, testServer, type WireServer } from "./wire-server.test.helper.ts";

const said = "Hé 👋🏽!";
/** An answer small enough to be cut everywhere. */
const small = (eol: string) =>
  sse(
    [
      { type: "message_start", message: { usage: { input_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: said } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" } },
      { type: "message_stop" },
    ],
    { eol },
  );
const large: Draft[] = [
  ...thinking(0, "Hm. 👋🏽"),
  ...webSearch(1, "wörld", []),
  ...text(3, said),
  ...interleaved([
    { name: "search", args: '{"query":"wörld 👋🏽"}' },
    { name: "read", args: '{"path":"b"}' },
  ]).map((draft) => ("index" in draft ? { ...draft, index: Number(draft.index) + 4 } : draft)),
];

const modelAt = ({ baseURL }: WireServer) =>
  anthropic("claude-opus-5-5", { baseURL, apiKey: "sk-ant-x" });

async function readCut(server: WireServer, bytes: string, cuts: readonly number[]) {
  server.answer(stream(bytes, { cuts }));
  return readModel(modelAt(server));
}

// Hundreds of requests: a machine that is busy with others takes its time.
describe("the bytes of an answer", { timeout: 60_000 }, () => {
  it.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ])("read the same wherever they are cut, with %s", async (_, eol) => {
    const server = await testServer();
    const bytes = small(eol);
    const whole = await readCut(server, bytes, []);
    expect(textOfAnswer(whole)).toBe(said);
    for (let at = 1; at < Buffer.byteLength(bytes); at++) {
      expect(await readCut(server, bytes, [at]), `cut at ${at}`).toEqual(whole);
    }
    const everywhere = Array.from({ length: Buffer.byteLength(bytes) }, (_, at) => at);
    expect(await readCut(server, bytes, everywhere)).toEqual(whole);
  });

  it("read the same in random pieces", async () => {
    const server = await testServer();
    const whole = await readCut(server, messageStream(large, end("tool_use")), []);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("\n", "\r\n"),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
        async (eol, places) => {
          const bytes = messageStream(large, end("tool_use"), { eol });
          const size = Buffer.byteLength(bytes);
          const cuts = places.map((place) => Math.floor(place * size)).sort((a, b) => a - b);
          expect(await readCut(server, bytes, cuts)).toEqual(whole);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("are never taken for a success when they end too early", async () => {
    const server = await testServer();
    const bytes = Buffer.from(small("\n"));
    const whole = await readCut(server, bytes.toString(), []);
    for (let size = 0; size <= bytes.length; size++) {
      server.answer((response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.end(bytes.subarray(0, size));
      });
      const outcome = await readModel(modelAt(server)).catch((error: unknown) => error);
      // An event is complete with the empty line behind it.
      if (size === bytes.length) {
        expect(outcome, `ended at ${size}`).toEqual(whole);
      } else {
        expect(ModelError.is(outcome), `ended at ${size}`).toBe(true);
        expect(outcome).toMatchObject({ code: "model-error", retryable: true });
      }
    }
  });

  it("keep the contract, whatever order the events come in", async () => {
    const server = await testServer();
    const drafts = [...large, ...thinking(9, "b"), ...end("max_tokens").slice(0, 1)];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(drafts), async (some) => {
        server.answer(stream(sse([begin(), ...some, { type: "message_stop" }])));
        // It checks every event against the contract of a model.
        await readModel(modelAt(server));
      }),
      { numRuns: 100 },
    );
  });
});
