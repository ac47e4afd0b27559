import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import type { Model, ModelEvent } from "../model.ts";
import { ModelError, type ModelErrorOptions } from "../model-error.ts";
import { lastText } from "../protocol/selectors.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { tool } from "../tool.ts";
import { useBench } from "./bench.test.helper.ts";

const bench = useBench();

const finish: ModelEvent = {
  type: "finish",
  finishReason: "stop",
  usage: { inputTokens: 1, outputTokens: 1 },
};
const text = (delta: string): readonly ModelEvent[] => [
  { type: "text.started", id: "t" },
  { type: "text.delta", id: "t", delta },
  { type: "text.completed", id: "t" },
];

/** Yields and throws what the test says, attempt by attempt. */
function attempts(...given: readonly (readonly (ModelEvent | Error)[])[]) {
  let count = 0;
  const at: number[] = [];
  const model: Model = {
    id: "attempts",
    async *stream() {
      at.push(Date.now());
      for (const item of given[count++] ?? [new Error("No more attempts.")]) {
        if (item instanceof Error) throw item;
        yield item;
      }
    },
  };
  return { model, at, count: () => count };
}
const busy = (more: Partial<ModelErrorOptions> = {}): ModelError =>
  new ModelError({ code: "rate-limited", message: "Slow down.", ...more });

describe("a model call that fails for now", () => {
  it("is made again, not before the provider said", async () => {
    const { model, at } = attempts(
      [busy({ retryAfterMs: 7_000 })],
      [busy({ retryAfterMs: 90_000 })],
      [...text("There."), finish],
    );
    const runtime = bench().runtime([agent({ name: "a", model })]);
    const run = await bench().start(runtime);
    const state = await bench().end(run);
    expect(state.status).toBe("completed");
    const pauses = at.slice(1).map((time, i) => time - (at[i] ?? 0));
    expect(pauses[0]).toBeGreaterThanOrEqual(7_000);
    expect(pauses[0]).toBeLessThan(7_100);
    expect(pauses[1]).toBeGreaterThanOrEqual(90_000);
    expect((await bench().types(run)).filter((type) => type === "step.reverted").length).toBe(2);
  });

  it("takes back what it said: the next attempt begins anew, and its cost stays", async () => {
    const usage = { inputTokens: 5, outputTokens: 2 };
    const { model } = attempts(
      [...text("Half of an ans"), busy({ retryAfterMs: 1, usage })],
      [...text("The answer."), finish],
    );
    const runtime = bench().runtime([agent({ name: "a", model })]);
    const state = await bench().end(await bench().start(runtime));
    expect(lastText(state.messages)).toBe("The answer.");
    expect(state.messages.length).toBe(2);
    expect(state.usage).toEqual({ inputTokens: 6, outputTokens: 3 });
  });

  it.each<[string, readonly (ModelEvent | Error)[]]>([
    ["a stream without an end", text("Cut.")],
    ["a throw that is no ModelError", [new TypeError("fetch failed")]],
  ])("may also be %s", async (_, broken) => {
    const { model, count } = attempts(broken, [...text("There."), finish]);
    const runtime = bench().runtime([agent({ name: "a", model })]);
    expect(await bench().end(await bench().start(runtime))).toMatchObject({ status: "completed" });
    expect(count()).toBe(2);
  });

  it("is made again also where the provider's pause is no number", async () => {
    const { model } = attempts([busy({ retryAfterMs: Number.NaN })], [...text("There."), finish]);
    const run = await bench().start(bench().runtime([agent({ name: "a", model })]));
    await bench().end(run);
    const { retryAt } = await bench().until(run, "step.reverted");
    expect(Number.isInteger(retryAt)).toBe(true);
  });

  it("waits longer each time, and is given up after the agent's retries", async () => {
    const { model, count } = attempts([busy()], [busy()], [busy()], [busy()]);
    const runtime = bench().runtime([agent({ name: "a", model, maxRetries: 2 })]);
    const state = await bench().end(await bench().start(runtime));
    expect(count()).toBe(3);
    expect(state).toMatchObject({ status: "failed", failure: { code: "rate-limited" } });
  });

  it("keeps its counts over a crash", async () => {
    const dead = bench().mortal();
    const { model, count } = attempts(
      [busy({ retryAfterMs: 60_000 })],
      [busy({ retryAfterMs: 1 })],
    );
    const agents = [agent({ name: "a", model, maxRetries: 1 })];
    const first = bench().runtime(agents, { log: dead.log });
    const run = await bench().start(first);
    await bench().until(run, "step.reverted");
    dead.kill();
    bench().runtime(agents);
    expect(await bench().end(run)).toMatchObject({ status: "failed" });
    expect(count()).toBe(2);
  });
});

describe("a model call that fails for good", () => {
  const refused = new ModelError({ code: "context-length", message: "Too long." });

  it("ends the run with the provider's words, and keeps what was said", async () => {
    const { model, count } = attempts([...text("I was about to").slice(0, 2), refused]);
    const runtime = bench().runtime([agent({ name: "a", model })]);
    const state = await bench().end(await bench().start(runtime));
    expect(state).toMatchObject({
      status: "failed",
      failure: { code: "context-length", message: "Too long." },
    });
    expect(lastText(state.messages)).toBe("I was about to");
    expect(count()).toBe(1);
  });

  it("runs none of the calls it made before, in the root or in a sub-agent", async () => {
    let runs = 0;
    const act = tool({ description: "act", execute: () => ++runs });
    const called: ModelEvent = { type: "tool.called", call: "1", name: "act", args: "{}" };
    const half: ModelEvent = { type: "tool.args.started", call: "2", name: "act" };
    const failing = attempts([called, half, refused]);
    const sub = agent({ name: "sub", model: failing.model, tools: { act } });
    const parent = agent({
      name: "a",
      model: scriptedModel([
        { calls: [{ name: "sub", input: { prompt: "Go." } }] },
        { text: "It failed." },
      ]),
      tools: { sub },
    });
    const state = await bench().end(await bench().start(bench().runtime([parent])));
    expect(state.status).toBe("completed");
    expect(state.messages.at(-1)?.parts[0]).toMatchObject({
      status: "failed",
      error: { code: "context-length" },
    });
    const again = attempts([called, half, refused]);
    const alone = agent({ name: "alone", model: again.model, tools: { act } });
    expect(await bench().end(await bench().start(bench().runtime([alone])))).toMatchObject({
      status: "failed",
      failure: { code: "context-length" },
    });
    expect(runs).toBe(0);
    expect(bench().errors).toEqual([]);
  });

  it.each<[string, readonly (ModelEvent | Error)[]]>([
    [
      "an event that no log can hold",
      [
        ...text("Look:").slice(0, 2),
        {
          type: "file.added",
          mediaType: "image/png",
          url: `data:image/png;base64,${"A".repeat(300_000)}`,
        },
      ],
    ],
    [
      "an error that quotes the whole request",
      [
        new ModelError({
          code: "model-error",
          message: "x".repeat(500_000),
          details: "y".repeat(500_000),
        }),
      ],
    ],
  ])("may be %s", async (_, given) => {
    const { model } = attempts(given);
    const runtime = bench().runtime([agent({ name: "a", model })]);
    const state = await bench().end(await bench().start(runtime));
    expect(state).toMatchObject({ status: "failed", failure: { code: "model-error" } });
    expect(bench().errors).toEqual([]);
  });

  it.each([
    ["a model that is missing", agent({ name: "a" }), /"a" has no model/],
    [
      "instructions that throw",
      agent({
        name: "a",
        model: scriptedModel([{ text: "Never." }]),
        instructions: () => {
          throw new Error("No such prompt.");
        },
      }),
      /No such prompt/,
    ],
  ])("may be %s", async (_, broken, message) => {
    const state = await bench().end(await bench().start(bench().runtime([broken])));
    expect(state.failure?.message).toMatch(message);
  });
});

describe("an answer that does not fit its schema", () => {
  const output = z.object({ n: z.number() });

  it("is sent back once, with what is wrong", async () => {
    const asked: (string | undefined)[] = [];
    const model = scriptedModel((request) => {
      asked.push(request.instructions);
      return { text: asked.length === 1 ? '{"n":"one"}' : '{"n":1}' };
    });
    const runtime = bench().runtime([agent({ name: "a", model, output, instructions: "Count." })]);
    const state = await bench().end(await bench().start(runtime));
    expect(state).toMatchObject({ status: "completed", output: { n: 1 } });
    expect(asked).toEqual(["Count.", expect.stringMatching(/^Count\.\n\n.*\/n: /)]);
  });

  it("twice is the end", async () => {
    const model = scriptedModel(() => ({ text: "no JSON" }));
    const state = await bench().end(
      await bench().start(bench().runtime([agent({ name: "a", model, output })])),
    );
    expect(state).toMatchObject({ status: "failed", failure: { code: "invalid-output" } });
  });

  it("is what the last step said, not what was said on the way", async () => {
    const look = tool({ description: "look", execute: () => 1 });
    const model = scriptedModel([
      { text: "Let me look.", calls: [{ name: "look" }] },
      { text: '{"n":1}' },
    ]);
    const a = agent({ name: "a", model, output, tools: { look } });
    expect(await bench().end(await bench().start(bench().runtime([a])))).toMatchObject({
      status: "completed",
      output: { n: 1 },
    });
  });

  it("or does not fit an event is a failure that says so", async () => {
    const model = scriptedModel([{ text: JSON.stringify({ text: "x".repeat(300_000) }) }]);
    const a = agent({ name: "a", model, output: z.object({ text: z.string() }) });
    expect(await bench().end(await bench().start(bench().runtime([a])))).toMatchObject({
      status: "failed",
      failure: { code: "too-large" },
    });
    expect(bench().errors).toEqual([]);
  });
});
