import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type AgentOptions, agent } from "./agent.ts";
import type { AgentDefinition } from "./definition.ts";
import type { Model } from "./model.ts";
import { RunwireError, type RunwireErrorCode } from "./runwire-error.ts";
import { scriptedModel } from "./testing/scripted-model.ts";
import { tool } from "./tool.ts";
import type { ToolSet } from "./types/agent-types.ts";

const now = tool({ description: "The time", execute: () => 1 });
const model: Model = { id: "test/none", async *stream() {} };

describe("agent", () => {
  test("has the defaults that the contract promises", () => {
    expect(agent({ name: "coder" })).toMatchObject({
      kind: "agent",
      name: "coder",
      tools: {},
      handoffs: [],
      limits: { steps: 50 },
      concurrency: Number.POSITIVE_INFINITY,
      maxRetries: 3,
    });
    expect(agent({ name: "coder" }).description).toContain("coder");
  });

  test("as a sub-agent takes a prompt, or what its input says", () => {
    expect(agent({ name: "coder" }).inputSchema).toMatchObject({
      type: "object",
      properties: { prompt: { type: "string" } },
      required: ["prompt"],
    });
    const input = z.object({ topic: z.string() });
    const researcher = agent({ name: "researcher", input });
    expect(researcher.input).toBe(input);
    expect(researcher.inputSchema).toMatchObject({ properties: { topic: { type: "string" } } });
  });

  test("keeps what it was given", () => {
    const output = z.array(z.string());
    const billing = agent({ name: "billing" });
    const made = agent({
      name: "planner",
      model,
      instructions: "Plan.",
      description: "Plans",
      tools: { now, billing },
      handoffs: [billing, "triage"],
      output,
      limits: { tokens: 9 },
      concurrency: 2,
      maxRetries: 0,
    });
    expect(made).toMatchObject({
      model,
      instructions: "Plan.",
      description: "Plans",
      handoffs: [billing, "triage"],
      output,
      outputSchema: { type: "array", items: { type: "string" } },
      limits: { steps: 50, tokens: 9 },
      concurrency: 2,
      maxRetries: 0,
    });
    expect(made.tools.now).toBe(now);
    expect(made.tools.billing).toBe(billing);
  });

  test("is immutable, also through what it was made of", () => {
    const tools: { [name: string]: typeof now } = { now };
    const made = agent({ name: "a", tools });
    tools.later = now;
    expect(Object.keys(made.tools)).toEqual(["now"]);
    for (const value of [made, made.tools, made.handoffs, made.limits]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
  });
});

test("an agent runs itself, also when `run` is taken off it", async () => {
  const search = tool({
    description: "Search",
    input: z.object({ query: z.string().transform((text) => text.length) }),
    async *execute({ query }) {
      yield { page: 1 };
      return { found: query };
    },
  });
  const { run } = agent({
    name: "assistant",
    model: scriptedModel([
      { calls: [{ name: "search", input: { query: "four" } }] },
      { text: "Four letters." },
    ]),
    tools: { search },
  });
  const told: unknown[] = [];
  const running = run("How many?", {
    on: {
      "tool.called": { search: (event) => told.push(event.input) },
      "tool.progressed": { search: (event) => told.push(event.data) },
      "tool.completed": (event) => told.push(event.output),
    },
  });
  await expect(running.result).resolves.toBe("Four letters.");
  expect(told).toEqual([{ query: "four" }, { page: 1 }, { found: 4 }]);
});

describe("agent refuses", () => {
  type Options = Partial<
    AgentOptions<string, ToolSet, AgentDefinition | string, z.ZodString, z.ZodString>
  >;
  const other = (name: string) => agent({ name });
  const cases: [string, Options, string, RunwireErrorCode?][] = [
    ["an empty name", { name: "" }, "1 to 128 characters"],
    ["a name over 128 characters", { name: "x".repeat(129) }, "1 to 128 characters"],
    ["a name with a line break", { name: "a\nb" }, "without control characters"],
    ["a name that is half a character", { name: "\ud83d" }, "1 to 128 characters"],
    ["a tool name with a space", { tools: { "a b": now } }, "no model takes"],
    ["a tool name over 64 characters", { tools: { ["x".repeat(65)]: now } }, "no model takes"],
    ["an empty tool name", { tools: { "": now } }, "no model takes"],
    ["a tool named like a hand-off", { tools: { transfer_to_x: now } }, "use `handoffs`"],
    ["a tool that is none", { tools: { now: {} as never } }, "tools.now is neither"],
    ["a tool that is undefined", { tools: { now: undefined as never } }, "tools.now is neither"],
    ["a hand-off no model can name", { handoffs: [other("über")] }, "at most 52"],
    ["a hand-off whose name is too long", { handoffs: ["x".repeat(53)] }, "at most 52"],
    ["a hand-off to itself", { handoffs: ["me"] }, "hands off to itself"],
    ["two hand-offs of one name", { handoffs: [other("b"), "b"] }, 'named "b"', "duplicate-agent"],
    ["a model that is none", { model: {} as never }, "`model` is none"],
    ["a model without a name", { model: "" }, "`model` is none"],
    ["a list with something else in it", { model: ["x/a", 1 as never] }, "`model` is none"],
    ["a list of no models", { model: [] }, "`model` is an empty list"],
    ["a limit of 0", { limits: { steps: 0 } }, "limits.steps is 0"],
    ["a limit that is no number", { limits: { cost: Number.NaN } }, "limits.cost is NaN"],
    ["a concurrency of 0", { concurrency: 0 }, "no tool could ever run"],
    ["a negative maxRetries", { maxRetries: -1 }, "maxRetries is -1"],
    [
      "an input that is no object",
      { input: z.string() },
      'agent "me": the input',
      "invalid-schema",
    ],
  ];

  test.each(cases)("%s", (_, options, message, code = "invalid-agent") => {
    try {
      agent({ name: "me", ...options });
      expect.unreachable();
    } catch (error) {
      expect(RunwireError.is(error)).toBe(true);
      expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    }
  });

  test("nothing at the edges of these rules", () => {
    const longest = "x".repeat(52);
    const tools = { ["x".repeat(64)]: now, "a-B_9": now, transfer: now };
    const limits = { steps: 1 };
    const made = agent({
      name: "me",
      tools,
      handoffs: [longest],
      limits,
      concurrency: 1,
      maxRetries: 0,
    });
    expect(Object.keys(made.tools)).toHaveLength(3);
    expect(agent({ name: "ü".repeat(128) }).name).toHaveLength(128);
  });
});
