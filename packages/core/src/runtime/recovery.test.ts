import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { agent } from "../agent.ts";
import { segmentEvents } from "../log/segment.ts";
import type { Model } from "../model.ts";
import type { RunEvent } from "../protocol/events.ts";
import { lastText } from "../protocol/selectors.ts";
import { sleep } from "../signal.ts";
import { settled, within } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { tool } from "../tool.ts";
import { useBench } from "./bench.test.helper.ts";

const bench = useBench();

const hanging: Model = {
  id: "hanging",
  async *stream() {
    yield { type: "text.started", id: "t" };
    yield { type: "text.delta", id: "t", delta: "Well" };
    await new Promise(() => {});
  },
};

describe("a run whose process died", () => {
  it("in mid-step is taken up when its lease is over; what was said is asked for again", async () => {
    const dead = bench().mortal();
    const first = bench().runtime([agent({ name: "a", model: hanging })], { log: dead.log });
    const run = await bench().start(first);
    await bench().until(run, "text.delta");
    dead.kill();
    const before = Date.now();
    bench().runtime([agent({ name: "a", model: scriptedModel([{ text: "There." }]) })]);
    const state = await bench().end(run);
    expect(lastText(state.messages)).toBe("There.");
    expect(Date.now() - before).toBeLessThan(17_000);
    expect(await bench().until(run, "step.reverted")).toMatchObject({ reason: "recovery" });
  });

  it.each([
    [true, 2, { status: "completed", output: 2 }],
    [false, 1, { status: "failed", error: { code: "interrupted" } }],
  ])("while a tool ran (safe to repeat: %s)", async (idempotent, effects, expected) => {
    const dead = bench().mortal();
    let count = 0;
    const keys: string[] = [];
    const agents = (answers: boolean) => [
      agent({
        name: "a",
        model: scriptedModel([{ calls: [{ name: "safe" }] }, { text: "Done." }]),
        tools: {
          safe: tool({
            description: "act",
            idempotent,
            execute: (_, { idempotencyKey }) => {
              count++;
              keys.push(idempotencyKey);
              return answers ? count : new Promise(() => {});
            },
          }),
        },
      }),
    ];
    const first = bench().runtime(agents(false), { log: dead.log });
    const run = await bench().start(first);
    await bench().until(run, "tool.started");
    await settled();
    dead.kill();
    bench().runtime(agents(true));
    const state = await bench().end(run);
    expect([count, new Set(keys).size]).toEqual([effects, 1]);
    expect(state.messages.at(-1)?.parts[0]).toMatchObject(expected);
  });

  it("again and again is ended: it kills whoever works on it", async () => {
    const agents = [agent({ name: "a", model: hanging })];
    let dead = bench().mortal();
    const run = await bench().start(bench().runtime(agents, { log: dead.log }));
    for (let deaths = 1; deaths <= 4; deaths++) {
      const { seq } = await bench().until(run, "text.delta");
      dead.kill();
      dead = bench().mortal();
      bench().runtime(agents, { log: dead.log });
      if (deaths === 4) break;
      await bench().until(run, "text.delta", (delta) => delta.seq > seq);
    }
    const state = await bench().end(run);
    expect(state).toMatchObject({ status: "failed", failure: { code: "crash-loop" } });
  });

  it("after its model or tools were replaced goes on with the new ones", async () => {
    const dead = bench().mortal();
    const act = tool({ description: "act", needsApproval: true, execute: () => 1 });
    const model = scriptedModel([{ calls: [{ name: "act" }] }, { text: "Without it." }]);
    const first = bench().runtime([agent({ name: "a", model, tools: { act } })], { log: dead.log });
    const run = await bench().start(first);
    const { for: waits } = await bench().until(run, "run.waiting");
    dead.kill();
    const second = bench().runtime([agent({ name: "a", model })]);
    const [wait] = waits;
    if (wait?.type !== "approval") throw new Error("It waits for an approval.");
    await bench().send(second, run, { type: "approval", approval: wait.id, approved: true });
    const state = await bench().end(run);
    expect(state.status).toBe("completed");
    expect(state.messages.at(-1)?.parts[0]).toMatchObject({ error: { code: "unknown-tool" } });
  });
});

describe("a log that a newer version wrote", () => {
  const unknown = { seq: 2, type: "run.teleported", at: 1 } as unknown as RunEvent;

  async function written() {
    const { log } = bench();
    const older = bench().mortal();
    const run = await bench().start(
      bench().runtime([agent({ name: "a", model: hanging })], { log: older.log }),
    );
    await bench().until(run, "text.delta");
    older.kill();
    // A newer process takes it, writes what only it knows, and dies.
    const [lease] = await log.claim({
      worker: "newer",
      leaseMs: 1_000,
      max: 1,
      agents: ["a"],
      run,
      steal: true,
    });
    if (lease === undefined) throw new Error("No lease.");
    const event = { ...unknown, seq: lease.tail + 1 };
    await log.append(run, { epoch: lease.epoch, after: lease.tail, events: [event] });
    return { run, seq: event.seq };
  }

  it("is refused by an owner, which leaves it to others and says why", async () => {
    const { run, seq } = await written();
    const older = bench().runtime([
      agent({ name: "a", model: scriptedModel([{ text: "Done." }]) }),
    ]);
    await within(120_000, new Promise((resolve) => setTimeout(resolve, 60_000)));
    expect((await bench().log.find(run))?.tail).toBe(seq);
    const messages = bench().errors.map((error) => (error as Error).message);
    expect(messages.some((message) => message.includes("run.teleported"))).toBe(true);
    // Not in a hurry: another one must have the time to take it.
    expect(messages.length).toBeLessThan(20);
    expect(older.agents.size).toBe(1);
    await bench().log.delete({ run });
  });

  it("is shown by a viewer, who passes over it", async () => {
    const { run, seq } = await written();
    const viewer = bench().runtime([agent({ name: "b" })]);
    const seen: string[] = [];
    for await (const item of viewer.tail(run)) {
      if (item.type === "events") seen.push(...segmentEvents(item.segment).map(({ type }) => type));
      if (seen.length >= seq) break;
    }
    expect(seen.at(-1)).toBe("run.teleported");
    expect(await viewer.state(run)).toMatchObject({ seq, status: "running" });
    await bench().log.delete({ run });
  });
});

it("a process that stood still between the intent and the effect leaves the call to others", async () => {
  const { log } = bench();
  let effects = 0;
  const act = tool({ description: "act", execute: () => ++effects });
  const a = agent({
    name: "a",
    model: scriptedModel([{ calls: [{ name: "act" }] }, { text: "Done." }]),
    tools: { act },
  });
  // SIGSTOP: the intent is written, and everything that this process hears it hears after its lease is long over.
  let resumed: Promise<void> | undefined;
  const runtime = bench().runtime([a], {
    leaseMs: 3_000,
    log: {
      ...log,
      async append(run, batch) {
        const answer = await log.append(run, batch);
        if (batch.events.some(({ type }) => type === "tool.started")) resumed ??= sleep(10_000);
        await resumed;
        return answer;
      },
      async renew(leases, leaseMs) {
        await resumed;
        return log.renew(leases, leaseMs);
      },
    },
  });
  const run = await bench().start(runtime);
  const state = await bench().end(run);
  expect(state.status).toBe("completed");
  expect(effects).toBe(0);
  expect(state.messages.at(-1)?.parts[0]).toMatchObject({ error: { code: "interrupted" } });
  expect(bench().errors).toEqual([]);
});
