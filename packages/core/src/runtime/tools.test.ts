import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import type { ToolPart } from "../protocol/message.ts";
import type { RunState } from "../protocol/state.ts";
import { type Deferred, deferred } from "../signal.ts";
import { runUntil, settled } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { tool } from "../tool.ts";
import { useBench } from "./bench.test.helper.ts";

const bench = useBench();

const callsOf = (state: RunState): readonly ToolPart[] =>
  state.messages.flatMap(({ parts }) => parts.filter((part) => part.type === "tool"));
const calls = (...names: readonly string[]) => names.map((name) => ({ name }));

describe("tools of one step", () => {
  /** Runs five calls of a tool, each to be ended by the test, under a concurrency. */
  async function five(concurrency?: number) {
    const gates: Deferred<number>[] = [];
    const wait = tool({
      description: "wait",
      execute: () => {
        const gate = deferred<number>();
        gates.push(gate);
        return gate.promise;
      },
    });
    const model = scriptedModel([
      { calls: calls("wait", "wait", "wait", "wait", "wait") },
      { text: "Done." },
    ]);
    const a = agent({ name: "a", model, tools: { wait }, ...(concurrency && { concurrency }) });
    const run = await bench().start(bench().runtime([a]));
    await bench().until(run, "tool.started");
    await settled();
    return { run, gates };
  }

  it("run at once, and their results stand in the order of the calls", async () => {
    const { run, gates } = await five();
    expect(gates.length).toBe(5);
    for (let i = 4; i >= 0; i--) gates[i]?.resolve(i);
    const state = await bench().end(run);
    expect(callsOf(state).map(({ output }) => output)).toEqual([0, 1, 2, 3, 4]);
  });

  it("run as many at once as the agent's concurrency allows", async () => {
    const { run, gates } = await five(2);
    for (let ended = 0; ended < 5; ended++) {
      await runUntil(() => gates.length >= Math.min(5, ended + 2), 1_000);
      expect(gates.length).toBe(Math.min(5, ended + 2));
      gates[ended]?.resolve(ended);
    }
    expect((await bench().end(run)).status).toBe("completed");
  });

  it("do not hold up those that wait for a person, nor the other way round", async () => {
    const gate = deferred();
    const busy = tool({ description: "busy", execute: () => gate.promise });
    const pay = tool({ description: "pay", needsApproval: true, execute: () => "paid" });
    const model = scriptedModel([{ calls: calls("pay", "busy", "pay") }, { text: "Done." }]);
    const runtime = bench().runtime([agent({ name: "a", model, tools: { busy, pay } })]);
    const run = await bench().start(runtime);
    await bench().until(run, "tool.started");
    await settled();
    const asked = (await bench().events(run)).flatMap((event) =>
      event.type === "approval.requested" ? [event.id] : [],
    );
    expect(asked.length).toBe(2);
    await bench().send(runtime, run, {
      type: "approval",
      approval: asked[1] ?? "",
      approved: true,
    });
    await bench().until(run, "tool.completed");
    gate.resolve();
    await bench().until(run, "run.waiting");
    await bench().send(runtime, run, {
      type: "approval",
      approval: asked[0] ?? "",
      approved: false,
    });
    const state = await bench().end(run);
    expect(callsOf(state).map(({ status }) => status)).toEqual([
      "denied",
      "completed",
      "completed",
    ]);
  });
});

describe("a tool that fails", () => {
  it.each<[string, () => unknown, string, RegExp]>([
    [
      "throws",
      () => {
        throw new Error("No.");
      },
      "tool-error",
      /^No\.$/,
    ],
    ["rejects with a text", () => Promise.reject("No."), "tool-error", /^No\.$/],
    [
      "throws what no text can be made of",
      () => {
        throw Object.create(null);
      },
      "tool-error",
      /no error/,
    ],
    [
      "throws a long story",
      () => {
        throw new Error("x".repeat(1_000_000));
      },
      "tool-error",
      /^x{4000}/,
    ],
    ["gives what is no JSON", () => ({ n: 1n }), "tool-error", /BigInt/],
    ["gives more than an event holds", () => "x".repeat(300_000), "too-large", /over the limit/],
    ["never ends", () => new Promise(() => {}), "timeout", /longer than its 500 ms/],
  ])("because it %s tells the model so, and the run goes on", async (_, execute, code, message) => {
    const bad = tool({ description: "bad", timeoutMs: 500, execute: execute as never });
    const model = scriptedModel([{ calls: calls("bad") }, { text: "I see." }]);
    const run = await bench().start(bench().runtime([agent({ name: "a", model, tools: { bad } })]));
    const state = await bench().end(run);
    expect(state.status).toBe("completed");
    expect(callsOf(state)).toMatchObject([
      { status: "failed", error: { code, message: expect.stringMatching(message) } },
    ]);
    expect(bench().errors).toEqual([]);
  });

  it("in its rule about approval, too, or in what it shows the model", async () => {
    const broken = () => {
      throw new Error("No rule.");
    };
    const asks = tool({ description: "asks", needsApproval: broken, execute: () => 1 });
    const shows = tool({ description: "shows", execute: () => 1, toModel: broken });
    const model = scriptedModel([{ calls: calls("asks", "shows") }, { text: "I see." }]);
    const a = agent({ name: "a", model, tools: { asks, shows } });
    const state = await bench().end(await bench().start(bench().runtime([a])));
    expect(callsOf(state)).toMatchObject([
      { status: "failed", error: { message: "No rule." } },
      { status: "failed", error: { message: "No rule." } },
    ]);
  });

  it("with its input says what is wrong with it, and not all of it", async () => {
    const list = tool({
      description: "list",
      input: z.object({ items: z.array(z.number()) }),
      execute: () => 1,
    });
    const items = Array.from({ length: 10_000 }, () => "x");
    const model = scriptedModel([
      { calls: [{ name: "list", input: { items } }] },
      { text: "I see." },
    ]);
    const state = await bench().end(
      await bench().start(bench().runtime([agent({ name: "a", model, tools: { list } })])),
    );
    const details = expect.objectContaining({ length: 20 });
    expect(callsOf(state)).toMatchObject([{ error: { code: "invalid-input", details } }]);
  });
});

it("a tool's time counts from its execution, not while it waits for a person", async () => {
  const pay = tool({
    description: "pay",
    timeoutMs: 50,
    needsApproval: true,
    execute: () => "paid",
  });
  const model = scriptedModel([{ calls: calls("pay") }, { text: "Done." }]);
  const runtime = bench().runtime([agent({ name: "a", model, tools: { pay } })]);
  const run = await bench().start(runtime);
  const { for: waits } = await bench().until(run, "run.waiting");
  await runUntil(() => false, 10_000);
  const [wait] = waits;
  if (wait?.type !== "approval") throw new Error("It waits for an approval.");
  await bench().send(runtime, run, { type: "approval", approval: wait.id, approved: true });
  expect(callsOf(await bench().end(run))).toMatchObject([{ status: "completed" }]);
});
