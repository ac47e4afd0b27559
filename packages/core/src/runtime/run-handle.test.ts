import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import { clientTool } from "../client-tool.ts";
import { compacted } from "../log/compaction.ts";
import type { EventLog } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { readRun } from "../log/read-run.ts";
import type { RunEvent } from "../protocol/events.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { createRuntime } from "./runtime.ts";

/** More than a command may hold. */
const huge = "x".repeat(300_000);

let runtime: { close(): Promise<void> } | undefined;
afterEach(() => runtime?.close());

function start(pick: () => Promise<string> | string, log: EventLog = memoryLog()) {
  const a = agent({
    name: "a",
    tools: { pick: clientTool({ description: "pick", input: z.object({}), output: z.string() }) },
    model: scriptedModel([{ calls: [{ name: "pick" }] }, { text: "Picked." }], { chunk: 1 }),
  });
  const made = createRuntime({ agents: [a], log });
  runtime = made;
  return made.run("a", "Go.", { tools: { pick } });
}

it("says that a command is too large instead of dropping it", async () => {
  let answer = (_: string) => {};
  const asked = Promise.withResolvers<void>();
  const run = start(() => {
    asked.resolve();
    return new Promise<string>((resolve) => {
      answer = resolve;
    });
  });
  await asked.promise;
  await expect(run.send(huge)).rejects.toMatchObject({ code: "too-large" });
  answer("red");
  expect(await run.result).toBe("Picked.");
});

it("fails a client tool's call whose result cannot be sent: the run must not wait for ever", async () => {
  const run = start(() => huge);
  expect(await run.result).toBe("Picked.");
  const part = run.state?.messages
    .flatMap(({ parts }) => parts)
    .find(({ type }) => type === "tool");
  expect(part).toMatchObject({ status: "failed", error: { code: "tool-error" } });
});

it("does not call a run deleted when it is the runtime that was closed", async () => {
  const asked = Promise.withResolvers<void>();
  const run = start(() => {
    asked.resolve();
    return new Promise<string>(() => {});
  });
  await asked.promise;
  const ended = expect(run.result).rejects.toMatchObject({ code: "shut-down" });
  await runtime?.close();
  await ended;
});

it("sends a client tool's result again while the run has too much to read", async () => {
  const inner = memoryLog();
  let refusals = 3;
  const log: EventLog = {
    ...inner,
    async send(run, command) {
      if (command.type === "result" && refusals-- > 0) return { status: "full" };
      return inner.send(run, command);
    },
  };
  const run = start(() => "red", log);
  expect(await run.result).toBe("Picked.");
  expect(refusals).toBe(-1);
  const part = run.state?.messages
    .flatMap(({ parts }) => parts)
    .find(({ type }) => type === "tool");
  expect(part).toMatchObject({ status: "completed", output: "red" });
});

it("goes on from a snapshot when the log is rewritten in the midst of it", async () => {
  const log = memoryLog();
  const run = start(() => "red", log);
  expect(await run.result).toBe("Picked.");
  const before = run.state;
  // Read in portions of two events, so that the compaction comes between two of them.
  let rewritten = false;
  const read: EventLog["read"] = async (id, after, limit) => {
    if (after.seq === 2 && !rewritten) {
      rewritten = true;
      const events: RunEvent[] = [];
      for await (const part of readRun(log, id)) events.push(...part.events);
      expect(await log.compact(id, compacted(events))).toBe("ok");
    }
    return log.read(id, after, Math.min(limit, 2));
  };
  const later = createRuntime({ agents: [], log: { ...log, read }, recover: false });
  const again = later.follow(run.id);
  expect(await again.result).toBe("Picked.");
  expect(rewritten).toBe(true);
  expect({ ...again.state, seq: 0 }).toEqual({ ...before, seq: 0 });
  await later.close();
});
