import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { agent } from "./agent.ts";
import type { AgentDefinition, ToolDefinition } from "./definition.ts";
import type { ModelContext } from "./model-choice.ts";
import { createModels, type Models } from "./models.ts";
import type { Json } from "./protocol/json.ts";
import { scriptedModel } from "./testing/scripted-model.ts";
import { tool } from "./tool.ts";
import type { Agent } from "./types/agent.ts";
import type { AgentTypes, TypesOf } from "./types/agent-types.ts";
import { assistant, billing, coder, hello, planner } from "./types/agents.test.helper.ts";
import type { None, ToolTypes } from "./types/tool-types.ts";

type Search = ToolTypes<
  { query: string; since: string },
  { hits: { title: string; at: string }[] },
  { page: number; of: number },
  None,
  "runtime"
>;
type Coded = { files: string[]; tests: "pass" | "fail" };

test("an agent carries one flat manifest", () => {
  type A = TypesOf<typeof assistant>;
  expectTypeOf<A["name"]>().toEqualTypeOf<"assistant">();
  expectTypeOf<keyof A["tools"]>().toEqualTypeOf<"search" | "editFile" | "pickColor">();
  expectTypeOf<A["tools"]["search"]>().toEqualTypeOf<Search>();
  expectTypeOf<A["data"]>().toEqualTypeOf<{
    readonly "diff.ready": { path: string; patch: string };
  }>();
  expectTypeOf<A["output"]>().toEqualTypeOf<string>();
  expectTypeOf<A["input"]>().toEqualTypeOf<{ prompt: string }>();
});

test("sub-agents and hand-offs bring their tools, data and names along", () => {
  type P = TypesOf<typeof planner>;
  type Tools = P["tools"];
  expectTypeOf<keyof Tools>().toEqualTypeOf<
    | "assistant"
    | "coder"
    | "search"
    | "editFile"
    | "pickColor"
    | "transfer_to_billing"
    | "transfer_to_triage"
  >();
  expectTypeOf<Tools["assistant"]["input"]>().toEqualTypeOf<{ prompt: string }>();
  expectTypeOf<Tools["assistant"]["output"]>().toEqualTypeOf<string>();
  expectTypeOf<Tools["coder"]["output"]>().toEqualTypeOf<Coded>();
  expectTypeOf<Tools["transfer_to_billing"]["output"]>().toEqualTypeOf<{ agent: "billing" }>();
  expectTypeOf<keyof P["data"]>().toEqualTypeOf<"diff.ready">();
});

test("a name that stands for two tools has both types", () => {
  type Output = TypesOf<typeof planner>["tools"]["search"]["output"];
  expectTypeOf<Output>().toEqualTypeOf<Search["output"] | string[]>();
});

test("the output is the schema's as JSON, also of an agent that may take over", () => {
  expectTypeOf<TypesOf<typeof coder>["output"]>().toEqualTypeOf<Coded>();
  const dated = agent({
    name: "dated",
    output: z.object({ at: z.string().transform((s) => new Date(s)) }),
  });
  expectTypeOf<TypesOf<typeof dated>["output"]>().toEqualTypeOf<{ at: string }>();
  const desk = agent({ name: "desk", handoffs: [coder, billing] });
  expectTypeOf<TypesOf<typeof desk>["output"]>().toEqualTypeOf<string | Coded>();
});

test("a sub-agent may have an input of its own", () => {
  const researcher = agent({ name: "researcher", input: z.object({ topic: z.string() }) });
  const lead = agent({ name: "lead", tools: { researcher } });
  type Input = TypesOf<typeof lead>["tools"]["researcher"]["input"];
  expectTypeOf<Input>().toEqualTypeOf<{ topic: string }>();
});

test("what nobody knows the types of adds none, and takes none away", () => {
  const found: { [name: string]: ToolDefinition } = {};
  const now = tool({ description: "", execute: () => 1 });
  const mixed = agent({ name: "mixed", tools: { ...found, now } });
  type Tools = TypesOf<typeof mixed>["tools"];
  expectTypeOf<keyof Tools>().toEqualTypeOf<"now">();
  const loaded = agent({ name: "loaded", tools: { inner: {} as AgentDefinition } });
  expectTypeOf<TypesOf<typeof loaded>["tools"]["inner"]["output"]>().toEqualTypeOf<Json>();
  expectTypeOf<TypesOf<AgentDefinition>>().toEqualTypeOf<AgentTypes>();
});

test("any agent is an Agent and an AgentDefinition", () => {
  expectTypeOf([hello, assistant, planner, coder] as const).toExtend<readonly Agent[]>();
  expectTypeOf([hello, assistant, planner, coder] as const).toExtend<readonly AgentDefinition[]>();
});

test("`run` is typed by the agent", () => {
  const run = coder.run("Fix the typo", {
    on: { "tool.completed": { search: (e) => expectTypeOf(e.output).toEqualTypeOf<string[]>() } },
    limits: { steps: 3 },
  });
  expectTypeOf(run.result).resolves.toEqualTypeOf<Coded>();
  expectTypeOf(run.thread).toEqualTypeOf<string>();
  expectTypeOf(hello.run("Hi").result).resolves.toEqualTypeOf<string>();
  // @ts-expect-error: no such tool
  coder.run("Hi", { on: { "tool.completed": { nope: () => 1 } } });
  // @ts-expect-error: no such option
  coder.run("Hi", { temperature: 1 });
});

test("misuse does not compile", () => {
  // @ts-expect-error: a name is required
  agent({});
  // @ts-expect-error: a tool is made by tool()
  agent({ name: "a", tools: { now: () => 1 } });
  // @ts-expect-error: no such option
  agent({ name: "a", temperature: 1 });
});

test("a model is a model, a name, a list of both, or a function that chooses by the run", () => {
  const model = scriptedModel([]);
  agent({ name: "a", model });
  agent({ name: "a", model: "openai/gpt-5" });
  agent({ name: "a", model: [model, "openai/gpt-5"] });
  agent({ name: "a", model: ({ usage }) => ((usage.cost ?? 0) > 1 ? "small" : ["big", model]) });
  agent({
    name: "a",
    model: async (ctx) => {
      expectTypeOf(ctx).toEqualTypeOf<ModelContext>();
      return ctx.messages.length > 10 ? model : "small";
    },
  });
  // @ts-expect-error a number is none
  agent({ name: "a", model: 5 });
  const typed = agent({
    name: "a",
    model: () => model,
    tools: { now: tool({ description: "now", execute: () => 1 }) },
  });
  expectTypeOf<TypesOf<typeof typed>["name"]>().toEqualTypeOf<"a">();
  expectTypeOf<keyof TypesOf<typeof typed>["tools"]>().toEqualTypeOf<"now">();
});

test("a table of models holds models, lists of them, and families that end with a slash", () => {
  const model = scriptedModel([]);
  const made = createModels({
    "x/a": model,
    safe: [model, model],
    "x/": (rest) => scriptedModel([], { id: rest }),
  });
  expectTypeOf(made).toEqualTypeOf<Models>();
  // @ts-expect-error a family is a function
  createModels({ "x/": model });
  // @ts-expect-error a name is no model
  createModels({ a: "gpt-5" });
});
