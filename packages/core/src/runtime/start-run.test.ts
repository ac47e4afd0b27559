import { expect, it } from "vitest";
import { agent } from "../agent.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { createRuntime } from "./runtime.ts";

const hello = agent({ name: "hello", model: scriptedModel([{ text: "Hi!" }]) });

it("starts a run of a chosen id once, also without a thread", async () => {
  const runtime = createRuntime({ agents: [hello] });
  const request = { agent: "hello", input: "Hello", run: "run_0123456789abcdef" };
  const first = await runtime.start(request);
  expect(first).toMatchObject({ status: "ok", existing: false });
  expect(await runtime.start(request)).toEqual({ ...first, existing: true });
  expect(await runtime.start({ ...request, input: "Bye" })).toEqual({ status: "conflict" });
  await runtime.close();
});
