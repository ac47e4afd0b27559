import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import { clientTool } from "../client-tool.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { createRuntime } from "./runtime.ts";

/** More than a command may hold. */
const huge = "x".repeat(300_000);

let runtime: { close(): Promise<void> } | undefined;
afterEach(() => runtime?.close());

function start(pick: () => Promise<string> | string) {
  const a = agent({
    name: "a",
    tools: { pick: clientTool({ description: "pick", input: z.object({}), output: z.string() }) },
    model: scriptedModel([{ calls: [{ name: "pick" }] }, { text: "Picked." }]),
  });
  const made = createRuntime({ agents: [a] });
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
