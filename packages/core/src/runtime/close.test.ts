import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { agent } from "../agent.ts";
import type { EventLog } from "../log/event-log.ts";
import { lastText } from "../protocol/selectors.ts";
import { deferred, sleep } from "../signal.ts";
import { settled, within } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { tool } from "../tool.ts";
import { useBench } from "./bench.test.helper.ts";

const bench = useBench();

const slow = (delayMs: number) =>
  agent({ name: "a", model: scriptedModel([{ text: "One two three." }], { delayMs }) });

describe("close", () => {
  it("lets runs end that end in time, and takes no new ones", async () => {
    const runtime = bench().runtime([slow(100)]);
    const run = await bench().start(runtime);
    await bench().until(run, "text.delta");
    const closed = runtime.close({ deadlineMs: 5_000 });
    await expect(runtime.start({ agent: "a", input: "Hi" })).rejects.toMatchObject({
      code: "shut-down",
    });
    await within(10_000, closed);
    expect(await bench().log.find(run)).toMatchObject({ status: "ended" });
    expect(await bench().types(run)).not.toContain("run.resumed");
  });

  it("hands over at the deadline what still runs: another process goes on at once", async () => {
    const first = bench().runtime([slow(100_000)]);
    const run = await bench().start(first);
    await bench().until(run, "step.started");
    const second = bench().runtime([slow(1)]);
    await settled();
    const before = Date.now();
    await within(60_000, first.close({ deadlineMs: 1_000 }));
    expect(Date.now() - before).toBeLessThan(1_100);
    expect(lastText((await bench().end(run)).messages)).toBe("One two three.");
    expect(Date.now() - before).toBeLessThan(2_000);
    expect(await bench().until(run, "run.resumed")).toMatchObject({ cause: "handover" });
    expect((await second.state(run))?.recoveries).toBe(0);
  });

  it("aborts the tools of what it hands over: they are told, and not run twice", async () => {
    const signals: AbortSignal[] = [];
    const act = tool({
      description: "act",
      execute: (_, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    const a = agent({
      name: "a",
      model: scriptedModel([{ calls: [{ name: "act" }] }, { text: "Done." }]),
      tools: { act },
    });
    const first = bench().runtime([a]);
    const run = await bench().start(first);
    await bench().until(run, "tool.started");
    await settled();
    await within(60_000, first.close({ deadlineMs: 0 }));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    bench().runtime([a]);
    const state = await bench().end(run);
    expect(signals.length).toBe(1);
    expect(state.messages.at(-1)?.parts[0]).toMatchObject({ error: { code: "interrupted" } });
  });

  it("reads what came in the last moment before it lets go", async () => {
    const first = bench().runtime([slow(100_000)]);
    const run = await bench().start(first);
    await bench().until(run, "step.started");
    const closed = first.close({ deadlineMs: 0 });
    await bench().say(first, run, "Also this.");
    await within(60_000, closed);
    bench().runtime([agent({ name: "a", model: scriptedModel(() => ({ text: "Both." })) })]);
    await bench().end(run);
    expect(await bench().types(run)).toContain("message.received");
  });

  it("waits for nobody's code for ever", async () => {
    const stuck = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: () => new Promise<never>(() => {}),
        jsonSchema: { input: () => ({}), output: () => ({}) },
      },
    };
    const a = agent({ name: "a", model: scriptedModel([{ text: "{}" }]), output: stuck as never });
    const runtime = bench().runtime([a]);
    const run = await bench().start(runtime);
    await bench().until(run, "step.completed");
    const before = Date.now();
    await within(60_000, runtime.close({ deadlineMs: 1_000 }));
    expect(Date.now() - before).toBeLessThan(5_000);
    expect(bench().errors).toMatchObject([
      { code: "shut-down", message: `Run ${run} does not stop: its lease will run out.` },
    ]);
    const other = agent({ name: "a", model: scriptedModel([{ text: "{}" }]) });
    bench().runtime([other]);
    expect(await bench().end(run)).toMatchObject({ status: "completed" });
  });

  it("hands over a run whose start was still under way", async () => {
    const inner = bench().log;
    const gate = deferred();
    const create: EventLog["create"] = async (run) => {
      const answer = await inner.create(run);
      await gate.promise;
      return answer;
    };
    const first = bench().runtime([slow(1)], { log: { ...inner, create } });
    const started = bench().start(first);
    await settled();
    const closed = first.close();
    gate.resolve();
    await within(60_000, closed);
    const run = await started;
    expect(await bench().types(run)).toEqual(["run.started"]);
    bench().runtime([slow(1)]);
    const before = Date.now();
    await bench().end(run);
    // Without the hand-over its lease would have had to run out.
    expect(Date.now() - before).toBeLessThan(5_000);
  });

  it("ends what its viewers see, as any disconnect does", async () => {
    const runtime = bench().runtime([slow(100_000)]);
    const run = await bench().start(runtime);
    await bench().until(run, "step.started");
    const watch = async (items: AsyncIterable<unknown>): Promise<number> => {
      let count = 0;
      for await (const _ of items) count++;
      return count;
    };
    const viewers = [
      watch(runtime.tail(run)),
      watch(runtime.tail(run, { snapshot: true })),
      watch(runtime.tailThread((await bench().log.find(run))?.thread ?? "")),
    ];
    await settled();
    await within(60_000, runtime.close({ deadlineMs: 0 }));
    const counts = await within(60_000, Promise.all(viewers));
    expect(Math.min(...counts)).toBeGreaterThan(0);
    await bench().log.delete({ run });
  });

  it("may be called while nothing runs, and twice", async () => {
    const runtime = bench().runtime([slow(1)]);
    await within(1_000, Promise.all([runtime.close(), runtime.close()]));
    await within(1_000, runtime.close());
  });
});

it("an error of the reporter is nobody's problem", async () => {
  const inner = bench().log;
  let failures = 3;
  const runtime = bench().runtime([slow(10)], {
    log: {
      ...inner,
      async append(run, batch) {
        if (failures-- > 0) throw new Error("down");
        return inner.append(run, batch);
      },
    },
    onError: () => {
      throw new Error("The reporter is broken.");
    },
  });
  const run = await bench().start(runtime);
  await within(10_000, sleep(100));
  expect(await bench().end(run)).toMatchObject({ status: "completed" });
});
