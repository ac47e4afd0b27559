import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { agent } from "../agent.ts";
import type { Model } from "../model.ts";
import type { ModelErrorOptions } from "../model-error.ts";
import type { EventOf, RunEvent } from "../protocol/events.ts";
import { lastText } from "../protocol/selectors.ts";
import { sleep } from "../signal.ts";
import { settled } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import type { ScriptedError } from "../testing/scripted-step.ts";
import { tool } from "../tool.ts";
import { useBench } from "./bench.test.helper.ts";

const bench = useBench();

/** A model that always fails so, after it has begun to speak. */
const failing = (id: string, error: Partial<ScriptedError> = {}): Model =>
  scriptedModel(
    () => ({
      text: "Half of an",
      error: { code: "model-error", message: `${id} is down.`, after: 1, ...error },
    }),
    { id },
  );
const down = { retryable: true, retryAfterMs: 1 } as const;
const overQuota = { status: 429 } as const;
const b = scriptedModel([{ text: "Said by b." }], { id: "x/b" });

const act = tool({
  description: "act",
  execute: async () => {
    await sleep(50);
    return "done";
  },
});
const acting = (id: string): Model =>
  scriptedModel([{ calls: [{ name: "act" }] }, { text: `Said by ${id}.` }], { id, delayMs: 50 });

/** Who was asked, attempt by attempt. */
const askedIn = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === "step.started" ? [event.model] : []));
const revertedIn = (events: readonly RunEvent[]): readonly EventOf<"step.reverted">[] =>
  events.filter((event) => event.type === "step.reverted");

describe("an agent with several models", () => {
  it("falls back to the next one when the first one's retries are used up, as the log tells", async () => {
    const usage = { inputTokens: 5, outputTokens: 2 };
    const a = agent({
      name: "a",
      model: [failing("x/a", { ...down, usage }), b],
      maxRetries: 1,
    });
    const run = await bench().start(bench().runtime([a]));
    const state = await bench().end(run);
    expect(state).toMatchObject({ status: "completed", stepModel: "x/b", failedModels: ["x/a"] });
    expect(lastText(state.messages)).toBe("Said by b.");
    expect(JSON.stringify(state.messages)).not.toContain("Half");
    expect(state.usage).toEqual({ inputTokens: 11, outputTokens: 7 });
    const events = await bench().events(run);
    expect(askedIn(events)).toEqual(["x/a", "x/a", "x/b"]);
    const [retry, fallback] = revertedIn(events);
    expect(retry).toMatchObject({ reason: "retry", retryAt: expect.any(Number) });
    expect(fallback).toMatchObject({
      reason: "fallback",
      error: { code: "model-error", message: "x/a is down." },
    });
    expect(fallback).not.toHaveProperty("retryAt");
  });

  it.each<[string, Partial<ModelErrorOptions>]>([
    ["over its quota", overQuota],
    ["refused its key", { status: 401 }],
    ["gone", { status: 404 }],
    ["told to wait for long", { code: "rate-limited", retryAfterMs: 10_001 }],
  ])("falls back at once from one that is %s", async (_, error) => {
    const a = agent({ name: "a", model: [failing("x/a", error), b] });
    const run = await bench().start(bench().runtime([a]));
    expect(await bench().end(run)).toMatchObject({ status: "completed" });
    expect(askedIn(await bench().events(run))).toEqual(["x/a", "x/b"]);
  });

  it("waits for one that is told to wait for long when there is no other", async () => {
    const error = { code: "rate-limited", retryAfterMs: 60_000, times: 1 } as const;
    const last = scriptedModel([{ text: "At last.", error: { message: "Slow down.", ...error } }], {
      id: "x/last",
    });
    const a = agent({ name: "a", model: [failing("x/a", overQuota), last] });
    const run = await bench().start(bench().runtime([a]));
    expect(await bench().end(run)).toMatchObject({ status: "completed" });
    expect(askedIn(await bench().events(run))).toEqual(["x/a", "x/last", "x/last"]);
  });

  it.each<[string, Partial<ModelErrorOptions>]>([
    ["a history that is too long", { code: "context-length", status: 413 }],
    ["a request that is wrong", { status: 400 }],
  ])("tries no other one with %s", async (_, error) => {
    const a = agent({ name: "a", model: [failing("x/a", error), b] });
    const run = await bench().start(bench().runtime([a]));
    const state = await bench().end(run);
    expect(state).toMatchObject({ status: "failed", failure: { message: "x/a is down." } });
    expect(askedIn(await bench().events(run))).toEqual(["x/a"]);
  });

  it("tries no other one with instructions that throw", async () => {
    const instructions = (): string => {
      throw new Error("No such prompt.");
    };
    const a = agent({ name: "a", model: [b, b], instructions });
    const state = await bench().end(await bench().start(bench().runtime([a])));
    expect(state).toMatchObject({ status: "failed", failure: { message: "No such prompt." } });
    expect(state.stepNumber).toBe(1);
  });

  it("gives each its retries, and fails with the last one", async () => {
    const models = [failing("x/a", down), failing("x/b", down), failing("x/c", down)];
    const a = agent({ name: "a", model: models, maxRetries: 2 });
    const run = await bench().start(bench().runtime([a]));
    const state = await bench().end(run);
    expect(state).toMatchObject({
      status: "failed",
      failure: { message: "x/c is down." },
      failedModels: ["x/a", "x/b"],
    });
    const thrice = (id: string) => [id, id, id];
    expect(askedIn(await bench().events(run))).toEqual(["x/a", "x/b", "x/c"].flatMap(thrice));
  });

  it("stays with the one that answered until the run ends; the next run looks again", async () => {
    const a = agent({
      name: "a",
      model: [failing("x/a", overQuota), acting("x/b")],
      tools: { act },
    });
    const runtime = bench().runtime([a]);
    const run = await bench().start(runtime, { thread: "t" });
    await bench().end(run);
    expect(askedIn(await bench().events(run))).toEqual(["x/a", "x/b", "x/b"]);
    const later = await bench().start(runtime, { thread: "t" });
    await bench().end(later);
    expect(askedIn(await bench().events(later))).toEqual(["x/a", "x/b", "x/b"]);
  });

  it("may list two of one id: two keys, two regions", async () => {
    const good = scriptedModel([{ text: "From the other region." }], { id: "x/a" });
    const a = agent({ name: "a", model: [failing("x/a", overQuota), good] });
    const state = await bench().end(await bench().start(bench().runtime([a])));
    expect(lastText(state.messages)).toBe("From the other region.");
  });

  it("falls back from what is no ModelError, but not from a fault of our own", async () => {
    const broken: Model = {
      id: "x/a",
      // biome-ignore lint/correctness/useYield: it breaks before it says anything.
      async *stream() {
        throw new TypeError("fetch failed");
      },
    };
    const a = agent({ name: "a", model: [broken, b], maxRetries: 0 });
    expect(await bench().end(await bench().start(bench().runtime([a])))).toMatchObject({
      status: "completed",
    });
    const huge = scriptedModel(
      [{ files: [{ mediaType: "image/png", url: `data:,${"A".repeat(300_000)}` }] }],
      { id: "x/huge" },
    );
    const c = agent({ name: "c", model: [huge, b] });
    expect(await bench().end(await bench().start(bench().runtime([c])))).toMatchObject({
      status: "failed",
      stepModel: "x/huge",
    });
  });
});

describe("agents in one run", () => {
  it("fall back each on its own: a sub-agent leaves its parent's model alone", async () => {
    const sub = agent({ name: "sub", model: [failing("x/sub", overQuota), b] });
    const parent = agent({
      name: "a",
      model: [
        scriptedModel([{ calls: [{ name: "sub", input: { prompt: "Go." } }] }, { text: "Done." }], {
          id: "x/a",
        }),
        b,
      ],
      tools: { sub },
    });
    const run = await bench().start(bench().runtime([parent]));
    const state = await bench().end(run);
    expect(state.status).toBe("completed");
    expect(state).not.toHaveProperty("failedModels");
    expect(Object.values(state.scopes)).toMatchObject([{ failedModels: ["x/sub"] }]);
    expect(askedIn(await bench().events(run))).toEqual(["x/a", "x/sub", "x/b", "x/a"]);
  });

  it("begin with their own first model when they take over", async () => {
    const expert = agent({
      name: "expert",
      model: [scriptedModel(() => ({ text: "Mine." }), { id: "x/a" })],
    });
    const root = agent({
      name: "a",
      model: [
        failing("x/a", overQuota),
        scriptedModel([{ calls: [{ name: "transfer_to_expert" }] }], { id: "x/b" }),
      ],
      handoffs: [expert],
    });
    const run = await bench().start(bench().runtime([root]));
    expect(await bench().end(run)).toMatchObject({ status: "completed", agent: "expert" });
    expect(askedIn(await bench().events(run))).toEqual(["x/a", "x/b", "x/a"]);
  });
});

describe("another process", () => {
  it.each<[string, RunEvent["type"], (event: RunEvent) => boolean]>([
    ["right after the fallback", "step.reverted", () => true],
    ["in the next model's step", "step.started", (event) => askedIn([event])[0] === "x/b"],
    ["while a tool runs that it called", "tool.started", () => true],
  ])("goes on with the model that answers, taken up %s", async (_, type, fits) => {
    const dead = bench().mortal();
    const agents = [
      agent({ name: "a", model: [failing("x/a", overQuota), acting("x/b")], tools: { act } }),
    ];
    const run = await bench().start(bench().runtime(agents, { log: dead.log }));
    await bench().until(run, type, fits);
    dead.kill();
    await settled();
    const before = await bench().events(run);
    bench().runtime(agents);
    const state = await bench().end(run);
    expect(lastText(state.messages)).toBe("Said by x/b.");
    const added = askedIn((await bench().events(run)).slice(before.length));
    expect(added.length).toBeGreaterThan(0);
    expect(new Set(added)).toEqual(new Set(["x/b"]));
  });

  it("with another list goes by the models that failed, not by their places", async () => {
    const dead = bench().mortal();
    const first = agent({ name: "a", model: [failing("x/a", overQuota), failing("x/b", down)] });
    const run = await bench().start(bench().runtime([first], { log: dead.log }));
    await bench().until(run, "step.started", ({ model }) => model === "x/b");
    dead.kill();
    const c = scriptedModel([{ text: "Said by c." }], { id: "x/c" });
    bench().runtime([agent({ name: "a", model: [c, failing("x/a", overQuota)] })]);
    expect(lastText((await bench().end(run)).messages)).toBe("Said by c.");
  });
});
