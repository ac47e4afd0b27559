import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import type { EventLog } from "../log/event-log.ts";
import type { ModelRequest } from "../model.ts";
import { textOf } from "../protocol/selectors.ts";
import { deferred } from "../signal.ts";
import { settled } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { tool } from "../tool.ts";
import { useBench } from "./bench.test.helper.ts";

const bench = useBench();

/** Answers what was said last, and remembers what it was asked. */
function parrot(asked: string[] = [], delayMs = 10) {
  return scriptedModel(
    (request: ModelRequest) => {
      const said = request.messages
        .filter(({ role }) => role === "user")
        .map(({ parts }) => textOf(parts));
      asked.push(said.join(" "));
      return { text: `I heard ${said.at(-1)}` };
    },
    { delayMs },
  );
}

describe("what is said to a running agent", () => {
  it("in mid-step is answered by another step, although the model meant to stop", async () => {
    const asked: string[] = [];
    const runtime = bench().runtime([agent({ name: "a", model: parrot(asked) })]);
    const run = await bench().start(runtime);
    await bench().until(run, "text.delta");
    await bench().say(runtime, run, "Louder.");
    const state = await bench().end(run);
    expect(asked).toEqual(["Go.", "Go. Louder."]);
    expect(state.messages.map(({ parts }) => textOf(parts))).toEqual([
      "Go.",
      "I heard Go.",
      "Louder.",
      "I heard Louder.",
    ]);
  });

  it("while a tool runs is read with the tool's result", async () => {
    const asked: string[] = [];
    const gate = deferred();
    const wait = tool({ description: "wait", execute: () => gate.promise });
    const model = scriptedModel((request) => {
      asked.push(request.messages.map(({ role }) => role).join(" "));
      return asked.length === 1 ? { calls: [{ name: "wait" }] } : { text: "Both." };
    });
    const runtime = bench().runtime([agent({ name: "a", model, tools: { wait } })]);
    const run = await bench().start(runtime);
    await bench().until(run, "tool.started");
    await bench().say(runtime, run, "Also this.");
    await bench().until(run, "message.received");
    gate.resolve();
    await bench().end(run);
    expect(asked).toEqual(["user", "user assistant user"]);
  });

  it("while the run waits is kept for when it goes on, and the run waits again", async () => {
    const asked: string[] = [];
    const pay = tool({ description: "pay", needsApproval: true, execute: () => "paid" });
    const model = scriptedModel((request) => {
      asked.push(
        request.messages
          .filter(({ role }) => role === "user")
          .map(({ parts }) => textOf(parts))
          .join(" "),
      );
      return asked.length === 1 ? { calls: [{ name: "pay" }] } : { text: "Done." };
    });
    const runtime = bench().runtime([agent({ name: "a", model, tools: { pay } })]);
    const run = await bench().start(runtime);
    const { for: waits } = await bench().until(run, "run.waiting");
    await bench().say(runtime, run, "Hurry.");
    await bench().until(run, "run.waiting", ({ seq }) => seq > 10);
    const [wait] = waits;
    if (wait?.type !== "approval") throw new Error("It waits for an approval.");
    await bench().send(runtime, run, { type: "approval", approval: wait.id, approved: true });
    await bench().end(run);
    expect(asked).toEqual(["Go.", "Go. Hurry."]);
  });

  it("while its instructions are made is in the very next request", async () => {
    const asked: string[] = [];
    const gate = deferred();
    const slow = agent({
      name: "a",
      model: parrot(asked),
      instructions: async () => {
        await gate.promise;
        return "Be brief.";
      },
    });
    const runtime = bench().runtime([slow]);
    const run = await bench().start(runtime);
    await bench().say(runtime, run, "One more thing.");
    await bench().until(run, "message.received");
    gate.resolve();
    await bench().end(run);
    expect(asked).toEqual(["Go. One more thing."]);
  });

  it("in the very moment in which it ends is still heard: the end is taken back", async () => {
    const asked: string[] = [];
    const inner = bench().log;
    let interrupted = false;
    const log: EventLog = {
      ...inner,
      async append(run, batch) {
        if (batch.end === "close" && !interrupted) {
          interrupted = true;
          await bench().say(runtime, run, "Wait.");
        }
        return inner.append(run, batch);
      },
    };
    const runtime = bench().runtime([agent({ name: "a", model: parrot(asked) })], { log });
    const run = await bench().start(runtime);
    const state = await bench().end(run);
    expect(asked).toEqual(["Go.", "Go. Wait."]);
    expect(state.status).toBe("completed");
  });

  it("in the very moment in which it falls asleep wakes it", async () => {
    const pay = tool({ description: "pay", needsApproval: true, execute: () => "paid" });
    const model = scriptedModel([{ calls: [{ name: "pay" }] }, { text: "Done." }]);
    const inner = bench().log;
    let answered = false;
    const log: EventLog = {
      ...inner,
      async append(run, batch) {
        const [last] = batch.events;
        if (last?.type === "run.waiting" && !answered) {
          answered = true;
          const [wait] = last.for;
          if (wait?.type !== "approval") throw new Error("It waits for an approval.");
          await bench().send(runtime, run, { type: "approval", approval: wait.id, approved: true });
        }
        return inner.append(run, batch);
      },
    };
    const runtime = bench().runtime([agent({ name: "a", model, tools: { pay } })], { log });
    const run = await bench().start(runtime);
    expect(await bench().end(run)).toMatchObject({ status: "completed" });
    expect(await bench().types(run)).not.toContain("run.waiting");
  });

  it("twice under one id is heard once", async () => {
    const runtime = bench().runtime([agent({ name: "a", model: parrot() })]);
    const run = await bench().start(runtime);
    await bench().until(run, "text.delta");
    const message = {
      id: "m",
      role: "user" as const,
      parts: [{ type: "text" as const, text: "Hey." }],
    };
    await bench().send(runtime, run, { type: "message", message });
    await bench().send(runtime, run, { type: "message", message });
    const state = await bench().end(run);
    expect(state.messages.filter(({ id }) => id === "m").length).toBe(1);
    expect(await bench().until(run, "command.rejected")).toMatchObject({ kind: "message" });
    expect(bench().errors).toEqual([]);
  });

  it("at great length costs no run: each message is in the log before its command is consumed", async () => {
    const runtime = bench().runtime([agent({ name: "a", model: parrot([], 1) })]);
    const run = await bench().start(runtime);
    await bench().until(run, "text.delta");
    const long = "x".repeat(200_000);
    await Promise.all([1, 2, 3, 4].map((n) => bench().say(runtime, run, `${n} ${long}`)));
    const state = await bench().end(run);
    expect(state.status).toBe("completed");
    expect(state.messages.filter(({ role }) => role === "user").length).toBe(5);
  });
});

it("an approval that was given in the last moment counts, although its hint was lost", async () => {
  const gate = deferred();
  const pay = tool({
    description: "pay",
    needsApproval: () => ({ expiresInMs: 1_000 }),
    execute: () => "paid",
  });
  // Something else keeps the lease: the run does not sleep, so nobody claims it when the time is up.
  const busy = tool({ description: "busy", execute: () => gate.promise });
  const model = scriptedModel([{ calls: [{ name: "pay" }, { name: "busy" }] }, { text: "Done." }]);
  const inner = bench().log;
  const deaf: EventLog = {
    ...inner,
    wait: (topic, signal) => inner.wait(topic.startsWith("inbox:") ? "run:nobody" : topic, signal),
  };
  const a = agent({ name: "a", model, tools: { pay, busy } });
  const runtime = bench().runtime([a], { log: deaf, leaseMs: 3_600_000 });
  const run = await bench().start(runtime);
  const { id, expiresAt = 0 } = await bench().until(run, "approval.requested");
  await settled();
  setTimeout(
    () => void bench().send(runtime, run, { type: "approval", approval: id, approved: true }),
    expiresAt - Date.now() - 5,
  );
  expect(await bench().until(run, "approval.resolved")).toMatchObject({ approved: true });
  gate.resolve();
  expect(await bench().end(run)).toMatchObject({ status: "completed" });
});

it("an input that a person edited is what runs, and what does not fit goes back to the model", async () => {
  const paid: number[] = [];
  const pay = tool({
    description: "pay",
    input: z.object({ sum: z.number() }),
    needsApproval: true,
    execute: ({ sum }) => void paid.push(sum),
  });
  const model = scriptedModel([
    {
      calls: [
        { name: "pay", input: { sum: 5 } },
        { name: "pay", input: { sum: 6 } },
      ],
    },
    { text: "Done." },
  ]);
  const runtime = bench().runtime([agent({ name: "a", model, tools: { pay } })]);
  const run = await bench().start(runtime);
  const { for: waits } = await bench().until(run, "run.waiting");
  for (const [i, input] of [{ sum: 7 }, { sum: "much" }].entries()) {
    const wait = waits[i];
    if (wait?.type !== "approval") throw new Error("It waits for two approvals.");
    await bench().send(runtime, run, {
      type: "approval",
      approval: wait.id,
      approved: true,
      input,
    });
  }
  const state = await bench().end(run);
  expect(paid).toEqual([7]);
  expect(state.messages.at(-1)?.parts.slice(0, 2)).toMatchObject([
    { status: "completed", input: { sum: 7 }, proposed: { sum: 5 } },
    { status: "failed", error: { code: "invalid-input" } },
  ]);
});
