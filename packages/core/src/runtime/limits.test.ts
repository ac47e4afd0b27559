import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { agent } from "../agent.ts";
import type { Limits } from "../protocol/limits.ts";
import { sleep } from "../signal.ts";
import { within } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { tool } from "../tool.ts";
import { useBench } from "./bench.test.helper.ts";

const bench = useBench();

const usage = { inputTokens: 60, outputTokens: 40, cost: 0.5 };
const nap = tool({ description: "nap", execute: () => sleep(1_000) });
/** Calls a tool again and again. */
const busy = (limits: Limits, more: object = {}) =>
  agent({
    name: "a",
    model: scriptedModel(() => ({ calls: [{ name: "nap" }], usage })),
    tools: { nap },
    limits,
    ...more,
  });

describe("a limit ends the run, and says which", () => {
  it.each<[keyof Limits, Limits, number]>([
    ["steps", { steps: 3 }, 3],
    ["tokens", { tokens: 250 }, 3],
    ["cost", { cost: 1 }, 2],
  ])("%s", async (limit, limits, steps) => {
    const state = await bench().end(await bench().start(bench().runtime([busy(limits)])));
    expect(state).toMatchObject({ status: "failed", failure: { code: "limit", limit }, steps });
  });

  it("time, while a tool runs", async () => {
    const run = await bench().start(bench().runtime([busy({ timeMs: 2_500 })]));
    const state = await bench().end(run);
    expect(state).toMatchObject({ status: "failed", failure: { limit: "time" } });
    expect((state.endedAt ?? 0) - state.startedAt).toBe(2_500);
    expect(state.messages.at(-1)?.parts.at(-1)).toMatchObject({ error: { code: "cancelled" } });
  });

  it("time, in mid-step: the model is aborted", async () => {
    const model = scriptedModel([{ text: "Hm", hang: true }]);
    const run = await bench().start(
      bench().runtime([agent({ name: "a", model, limits: { timeMs: 2_500 } })]),
    );
    const state = await bench().end(run);
    expect((state.endedAt ?? 0) - state.startedAt).toBe(2_500);
    expect(state).toMatchObject({ status: "failed", failure: { limit: "time" } });
  });

  it("one for the whole tree: what sub-agents use counts", async () => {
    const sub = agent({
      name: "sub",
      model: scriptedModel(() => ({ calls: [{ name: "nap" }], usage })),
      tools: { nap },
    });
    const parent = agent({
      name: "a",
      model: scriptedModel([{ calls: [{ name: "sub", input: { prompt: "Go." } }], usage }]),
      tools: { sub },
      limits: { steps: 4 },
    });
    const state = await bench().end(await bench().start(bench().runtime([parent])));
    expect(state).toMatchObject({ status: "failed", failure: { limit: "steps" }, steps: 4 });
  });

  it("fifty steps where nothing else is said", async () => {
    const endless = agent({
      name: "a",
      model: scriptedModel(() => ({ calls: [{ name: "quick" }] })),
      tools: { quick: tool({ description: "quick", execute: () => 1 }) },
    });
    const state = await bench().end(await bench().start(bench().runtime([endless])));
    expect(state).toMatchObject({ failure: { limit: "steps" }, steps: 50 });
  });
});

describe("time that does not count", () => {
  const model = scriptedModel([{ calls: [{ name: "pay" }] }, { text: "Done." }]);
  const pay = tool({ description: "pay", needsApproval: true, execute: () => "paid" });
  const patient = agent({ name: "a", model, tools: { pay }, limits: { timeMs: 5_000 } });

  it("is the time it waits for a person", async () => {
    const runtime = bench().runtime([patient]);
    const run = await bench().start(runtime);
    const { for: waits } = await bench().until(run, "run.waiting");
    await sleepVirtual(3_600_000);
    const [wait] = waits;
    if (wait?.type !== "approval") throw new Error("It waits for an approval.");
    await bench().send(runtime, run, { type: "approval", approval: wait.id, approved: true });
    expect(await bench().end(run)).toMatchObject({ status: "completed" });
  });

  it("is the time it stands in a queue", async () => {
    const quick = agent({
      name: "b",
      model: scriptedModel([{ text: "Done." }]),
      limits: { timeMs: 5_000 },
    });
    const runtime = bench().runtime([patient, quick]);
    const first = await bench().start(runtime, { thread: "t" });
    await bench().until(first, "run.waiting");
    const second = await bench().start(runtime, { thread: "t", agent: "b", busy: "queue" });
    await sleepVirtual(3_600_000);
    await bench().send(runtime, first, { type: "cancel" });
    const state = await bench().end(second);
    expect(state.status).toBe("completed");
    expect(state.waitedMs).toBeGreaterThanOrEqual(3_600_000);
  });
});

it("a limit of the run itself goes before the agent's, also in another process", async () => {
  const dead = bench().mortal();
  const agents = [busy({ steps: 50 })];
  const first = bench().runtime(agents, { log: dead.log });
  const run = await bench().start(first, { limits: { steps: 2 } });
  await bench().until(run, "tool.started");
  dead.kill();
  bench().runtime(agents);
  expect(await bench().end(run)).toMatchObject({ failure: { limit: "steps" }, steps: 2 });
});

const sleepVirtual = (ms: number): Promise<void> => within(2 * ms, sleep(ms));
