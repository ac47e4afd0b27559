import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { agent } from "../agent.ts";
import type { EventLog } from "../log/event-log.ts";
import type { Model } from "../model.ts";
import { runUntil, settled } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { tool } from "../tool.ts";
import { useBench } from "./bench.test.helper.ts";

const bench = useBench();

/** Says a little and then nothing more, and remembers its signals. */
function hanging(signals: AbortSignal[] = []): Model {
  return {
    id: "hanging",
    async *stream(_, { signal }) {
      signals.push(signal);
      yield { type: "text.started", id: "t" };
      yield { type: "text.delta", id: "t", delta: "Well" };
      await new Promise(() => {});
    },
  };
}

describe("a cancel", () => {
  it("aborts the model before anything else happens, keeps what was said, and ends the run", async () => {
    const signals: AbortSignal[] = [];
    const runtime = bench().runtime([agent({ name: "a", model: hanging(signals) })]);
    const run = await bench().start(runtime);
    await bench().until(run, "text.delta");
    const before = Date.now();
    await bench().send(runtime, run, { type: "cancel", reason: "Enough." });
    // No timer, no poll: only what the command itself set off.
    await settled();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    const state = await bench().end(run);
    expect(Date.now() - before).toBeLessThan(10);
    expect(state).toMatchObject({ status: "cancelled", cancel: { reason: "Enough." } });
    expect(state.messages.at(-1)?.parts).toMatchObject([{ type: "text", text: "Well" }]);
    expect((await bench().types(run)).slice(-4)).toEqual([
      "cancel.requested",
      "text.completed",
      "step.completed",
      "run.cancelled",
    ]);
  });

  it("aborts every tool, also those that do not listen: their calls are over", async () => {
    const signals: AbortSignal[] = [];
    const stubborn = tool({
      description: "stubborn",
      execute: (_, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    const model = scriptedModel([{ calls: [{ name: "stubborn" }, { name: "stubborn" }] }]);
    const runtime = bench().runtime([agent({ name: "a", model, tools: { stubborn } })]);
    const run = await bench().start(runtime);
    await runUntil(() => signals.length === 2, 1_000);
    await bench().send(runtime, run, { type: "cancel" });
    const state = await bench().end(run);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(state.messages.at(-1)?.parts).toMatchObject([
      { status: "failed", error: { code: "cancelled" } },
      { status: "failed", error: { code: "cancelled" } },
    ]);
  });

  it("reaches sub-agents", async () => {
    const signals: AbortSignal[] = [];
    const sub = agent({ name: "sub", model: hanging(signals) });
    const model = scriptedModel([{ calls: [{ name: "sub", input: { prompt: "Go." } }] }]);
    const runtime = bench().runtime([agent({ name: "a", model, tools: { sub } })]);
    const run = await bench().start(runtime);
    await bench().until(run, "text.delta");
    await bench().send(runtime, run, { type: "cancel" });
    expect(await bench().end(run)).toMatchObject({ status: "cancelled" });
    expect(signals[0]?.aborted).toBe(true);
  });

  it("ends a run that waits", async () => {
    const pay = tool({ description: "pay", needsApproval: true, execute: () => "paid" });
    const model = scriptedModel([{ calls: [{ name: "pay" }] }]);
    const runtime = bench().runtime([agent({ name: "a", model, tools: { pay } })]);
    const run = await bench().start(runtime);
    await bench().until(run, "run.waiting");
    await bench().send(runtime, run, { type: "cancel" });
    expect(await bench().end(run)).toMatchObject({ status: "cancelled" });
  });

  it("comes first even when others come with it, whatever is just about to begin", async () => {
    const model = scriptedModel([{ calls: [{ name: "ask" }] }, { text: "Done." }]);
    let decide = (): void => {};
    // The verdict comes in the very moment between the cancel and the next command.
    const ask = tool({
      description: "ask",
      needsApproval: () =>
        new Promise<boolean>((resolve) => {
          decide = () => resolve(false);
        }),
      execute: () => 1,
    });
    const inner = bench().log;
    const log: EventLog = {
      ...inner,
      async inbox(run, after, limit) {
        const entries = [...(await inner.inbox(run, after, limit))];
        return Object.assign(entries, {
          *[Symbol.iterator]() {
            for (let i = 0; i < entries.length; i++) {
              if (i === 1) decide();
              yield entries[i];
            }
          },
        }) as typeof entries;
      },
    };
    const runtime = bench().runtime([agent({ name: "a", model, tools: { ask } })], { log });
    const run = await bench().start(runtime);
    await bench().until(run, "step.completed");
    await settled();
    const ids = ["c1", "c2", "c3", "c4", "c5"];
    await Promise.all(ids.map((id) => runtime.send(run, { type: "cancel", id })));
    expect(await bench().end(run)).toMatchObject({ status: "cancelled" });
    expect(bench().errors).toEqual([]);
    expect(await bench().types(run)).not.toContain("tool.started");
  });
});

describe("a cancel whose owner does not obey", () => {
  it("is carried out by whoever sent it, after two seconds: the owner is cut off", async () => {
    const dead = bench().mortal();
    const agents = [agent({ name: "a", model: hanging() })];
    const owner = bench().runtime(agents, { log: dead.log });
    const other = bench().runtime(agents, { recover: false });
    const run = await bench().start(owner);
    await bench().until(run, "text.delta");
    dead.kill();
    const before = Date.now();
    await bench().send(other, run, { type: "cancel" });
    expect(await bench().end(run)).toMatchObject({ status: "cancelled" });
    const took = Date.now() - before;
    expect(took).toBeGreaterThanOrEqual(2_000);
    expect(took).toBeLessThan(3_000);
    expect(await bench().until(run, "run.resumed")).toMatchObject({ cause: "steal" });
  });

  it("is carried out also where the sender itself is the owner, held up by somebody's code", async () => {
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        // Never answers.
        validate: () => new Promise<never>(() => {}),
        jsonSchema: { input: () => ({}), output: () => ({}) },
      },
    };
    const stuck = agent({
      name: "a",
      model: scriptedModel([{ text: "{}" }]),
      output: schema as never,
    });
    const runtime = bench().runtime([stuck]);
    const run = await bench().start(runtime);
    await bench().until(run, "step.completed");
    await bench().send(runtime, run, { type: "cancel" });
    expect(await bench().end(run)).toMatchObject({ status: "cancelled" });
  });

  it("is carried out once the log answers", async () => {
    const inner = bench().log;
    const dead = bench().mortal();
    const agents = [agent({ name: "a", model: hanging() })];
    const owner = bench().runtime(agents, { log: dead.log });
    let failures = 5;
    const claim: EventLog["claim"] = async (request) => {
      if (request.steal && failures-- > 0) throw new Error("down");
      return inner.claim(request);
    };
    const other = bench().runtime(agents, { log: { ...inner, claim }, recover: false });
    const run = await bench().start(owner);
    await bench().until(run, "text.delta");
    dead.kill();
    await bench().send(other, run, { type: "cancel" });
    expect(await bench().end(run)).toMatchObject({ status: "cancelled" });
    expect(failures).toBe(-1);
  });
});

it("who only stops watching stops nothing", async () => {
  const model = scriptedModel([{ text: "One two three four." }], { delayMs: 50 });
  const runtime = bench().runtime([agent({ name: "a", model })]);
  const run = await bench().start(runtime);
  const leaving = new AbortController();
  const seen: number[] = [];
  const watching = (async () => {
    for await (const item of runtime.tail(run, { signal: leaving.signal })) {
      if (item.type === "events") seen.push(item.segment.count);
    }
  })();
  await bench().until(run, "text.delta");
  leaving.abort();
  await settled();
  await watching;
  expect(await bench().end(run)).toMatchObject({ status: "completed" });
  expect(seen.length).toBeGreaterThan(0);
});
