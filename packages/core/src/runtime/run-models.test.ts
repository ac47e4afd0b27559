import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { agent } from "../agent.ts";
import type { ModelChoice, ModelContext, ModelRule } from "../model-choice.ts";
import { createModels } from "../models.ts";
import { lastText } from "../protocol/selectors.ts";
import { within } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { tool } from "../tool.ts";
import { useBench } from "./bench.test.helper.ts";
import type { RuntimeOptions } from "./work-options.ts";

const bench = useBench();

const says = (id: string) => scriptedModel(() => ({ text: `Said by ${id}.` }), { id });
const models = createModels({
  "x/a": says("x/a"),
  "x/b": says("x/b"),
  "y/": (rest) => says(`y/${rest}`),
  safe: [
    scriptedModel(() => ({ error: { code: "model-error", message: "Down.", status: 503 } }), {
      id: "x/down",
    }),
    says("x/b"),
  ],
});

describe("a model's name", () => {
  it.each<[ModelRule, string]>([
    ["x/b", "x/b"],
    ["y/any", "y/any"],
    ["safe", "x/b"],
    [says("x/own"), "x/own"],
    [() => "x/a", "x/a"],
    [["safe", "x/a"], "x/b"],
  ])("of an agent: %o is %s", async (model, id) => {
    const runtime = bench().runtime([agent({ name: "a", model })], { models });
    expect((await bench().end(await bench().start(runtime))).stepModel).toBe(id);
  });

  it("of the runtime is for agents that have none", async () => {
    const agents = [agent({ name: "a" }), agent({ name: "b", model: "x/b" })];
    const runtime = bench().runtime(agents, { models, model: "x/a" });
    const of = async (name: string) =>
      (await bench().end(await bench().start(runtime, { agent: name }))).stepModel;
    expect([await of("a"), await of("b")]).toEqual(["x/a", "x/b"]);
  });

  it("of a start goes before all of them, and is in the log", async () => {
    const sub = agent({ name: "sub", model: "x/a" });
    const runtime = bench().runtime([agent({ name: "a", model: "x/a", tools: { sub } })], {
      models,
    });
    const run = await bench().start(runtime, { model: "x/b" });
    expect(await bench().end(run)).toMatchObject({ model: "x/b", stepModel: "x/b" });
    expect((await bench().events(run))[0]).toMatchObject({ type: "run.started", model: "x/b" });
  });

  it("of a start holds in whatever process goes on", async () => {
    const dead = bench().mortal();
    const pay = tool({ description: "pay", needsApproval: true, execute: () => "paid" });
    const made = () =>
      createModels({
        "x/b": scriptedModel([{ calls: [{ name: "pay" }] }, { text: "Said by b." }], { id: "x/b" }),
      });
    const agents = [agent({ name: "a", model: says("x/a"), tools: { pay } })];
    const first = bench().runtime(agents, { log: dead.log, models: made() });
    const run = await bench().start(first, { model: "x/b" });
    const { id } = await bench().until(run, "approval.requested");
    dead.kill();
    const second = bench().runtime(agents, { models: made() });
    await bench().send(second, run, { type: "approval", approval: id, approved: true });
    expect(lastText((await bench().end(run)).messages)).toBe("Said by b.");
  });

  it("of a start is known where another process works", async () => {
    const agents = [agent({ name: "a", model: says("x/a") })];
    const web = bench().runtime(agents, { models, recover: false });
    const run = await bench().start(web, { model: "x/b" });
    bench().runtime(agents, { models });
    expect(await bench().end(run)).toMatchObject({ stepModel: "x/b" });
  });

  it("that a later deploy does not know ends the run with a word on it", async () => {
    const agents = [agent({ name: "a", model: says("x/a") })];
    const run = await bench().start(bench().runtime(agents, { models, recover: false }), {
      model: "y/gone",
    });
    bench().runtime(agents, { models: createModels({ "x/a": says("x/a") }) });
    expect(await bench().end(run)).toMatchObject({
      status: "failed",
      failure: { message: 'There is no model named "y/gone". Known models: x/a.' },
    });
  });

  it("makes a start another one: the same run id with another model is refused", async () => {
    const runtime = bench().runtime([agent({ name: "a" })], { models });
    const run = await bench().start(runtime, { model: "x/a" });
    const again = (model: string) =>
      within(60_000, runtime.start({ agent: "a", input: "Go.", run, model }));
    expect(await again("x/b")).toEqual({ status: "conflict" });
    expect(await again("x/a")).toMatchObject({ status: "ok", existing: true });
    await bench().end(run);
  });

  it.each<[string, ModelRule | undefined, ModelChoice | undefined]>([
    ["an agent's", "x/none", undefined],
    ["in an agent's list", [says("x/a"), "x/none"], undefined],
    ["the runtime's", undefined, "x/none"],
  ])("that nobody knows is refused when the runtime is made: %s", (_, own, model) => {
    const agents = [agent({ name: "a", ...(own !== undefined && { model: own }) })];
    const make = (known: Partial<RuntimeOptions>) => () =>
      bench().runtime(agents, { ...known, ...(model !== undefined && { model }) });
    expect(make({ models })).toThrow(
      'There is no model named "x/none". Known models: x/a, x/b, safe.',
    );
    expect(make({})).toThrow("give it `models`");
  });

  it("that nobody knows is refused when a run is started", async () => {
    const runtime = bench().runtime([agent({ name: "a", model: "x/a" })], { models });
    const start = runtime.start({ agent: "a", input: "Go.", model: "x/none" });
    await expect(start).rejects.toMatchObject({ code: "unknown-model" });
  });
});

describe("a function that chooses", () => {
  const act = tool({ description: "act", execute: () => "done" });
  const acting = (id: string) =>
    scriptedModel([{ calls: [{ name: "act" }] }, { text: "Done." }], { id });

  it("is asked for each step, and told how the run stands", async () => {
    const told: ModelContext[] = [];
    const a = agent({
      name: "a",
      model: async (ctx) => {
        told.push(ctx);
        return acting(ctx.steps === 0 ? "x/big" : "x/small");
      },
      tools: { act },
    });
    const run = await bench().start(bench().runtime([a]), {
      principal: "ann",
      metadata: { tier: "free" },
      state: { n: 1 },
      thread: "t",
    });
    await bench().end(run);
    const models = (await bench().events(run)).flatMap((event) =>
      event.type === "step.started" ? [event.model] : [],
    );
    expect(models).toEqual(["x/big", "x/small"]);
    const always = {
      run,
      thread: "t",
      agent: "a",
      principal: "ann",
      metadata: { tier: "free" },
      state: { n: 1 },
    };
    expect(told).toMatchObject([
      { ...always, steps: 0, usage: { inputTokens: 0 }, messages: [{ role: "user" }] },
      { ...always, steps: 1, messages: [{ role: "user" }, { role: "assistant" }] },
    ]);
    expect(told[1]?.usage.inputTokens).toBeGreaterThan(0);
  });

  it("may list several, and lists them anew after a fallback", async () => {
    const down = scriptedModel(
      () => ({ error: { code: "model-error", message: "Down.", status: 402 } }),
      { id: "x/a" },
    );
    const a = agent({
      name: "a",
      model: ({ steps }) => (steps === 0 ? [down, acting("x/b")] : [acting("x/c"), down]),
      tools: { act },
    });
    const run = await bench().start(bench().runtime([a]));
    expect(await bench().end(run)).toMatchObject({ status: "completed", stepModel: "x/c" });
  });

  it.each<[string, ModelRule, string]>([
    [
      "throws",
      () => {
        throw new Error("No plan.");
      },
      "No plan.",
    ],
    ["names a model that nobody knows", () => "x/none", 'There is no model named "x/none"'],
    ["lists none", () => [], 'Agent "a" has no model.'],
  ])("and %s ends the run", async (_, model, message) => {
    const runtime = bench().runtime([agent({ name: "a", model })], { models });
    const state = await bench().end(await bench().start(runtime));
    expect(state.status).toBe("failed");
    expect(state.failure?.message).toContain(message);
  });
});

describe("what a runtime tells of its models", () => {
  it("is their names, and what each agent asks first", () => {
    const agents = [
      agent({ name: "named", model: ["x/b", "x/a"] }),
      agent({ name: "own", model: says("x/own") }),
      agent({ name: "none" }),
      agent({ name: "rule", model: () => "x/a" }),
    ];
    const { models: told } = bench().runtime(agents, { models, model: "safe" });
    expect(told.names).toEqual(["x/a", "x/b", "safe"]);
    expect([told.has("x/a"), told.has("y/any"), told.has("x/c")]).toEqual([true, true, false]);
    expect(agents.map(({ name }) => told.defaultOf(name))).toEqual([
      "x/b",
      "x/own",
      "safe",
      undefined,
    ]);
  });
});
