import { expectTypeOf, test } from "vitest";
import type { RunEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import type { RunState } from "../protocol/state.ts";
import type { TypesOf } from "./agent-types.ts";
import type { assistant, coder, hello, planner } from "./agents.test.helper.ts";
import type { AgentMapOf } from "./agents-of.ts";
import type { Run } from "./run.ts";
import type { Runs } from "./runs.ts";
import type { TypedEvent } from "./typed-events.ts";

type Assistant = TypesOf<typeof assistant>;
type Agents = AgentMapOf<readonly [typeof assistant, typeof planner, typeof coder, typeof hello]>;
declare const client: Runs<Agents>;
declare const anyClient: Runs;
declare const bar: (share: number) => void;
declare const picker: (hint: string) => Promise<string>;

test("callbacks by tool name, and a tool that runs here", () => {
  const run = client.run("assistant", "Fix the typo", {
    on: {
      "tool.progressed": { search: (e) => bar(e.data.page / e.data.of) },
      "tool.completed": (e) => {
        if (e.name === "search") expectTypeOf(e.output.hits[0]!.title).toEqualTypeOf<string>();
      },
      "data.emitted": { "diff.ready": (e) => e.data.patch },
      "approval.requested": { editFile: (e, r) => r.approve(e.id) },
    },
    tools: {
      pickColor: async ({ hint }, ctx) => {
        expectTypeOf(ctx.run).toEqualTypeOf<Run<Assistant>>();
        ctx.signal.throwIfAborted();
        return { hex: await picker(hint) };
      },
    },
  });
  expectTypeOf(run.id).toEqualTypeOf<string>();
  expectTypeOf(run.thread).toEqualTypeOf<string>();
  expectTypeOf(run.result).resolves.toEqualTypeOf<string>();
  expectTypeOf(run).not.toHaveProperty("then");
});

test("all that a start may say", () => {
  client.run("hello", [{ type: "text", text: "Hi" }], {
    run: "run_1",
    thread: "thr_1",
    previous: null,
    busy: "queue",
    message: "m1",
    metadata: { page: "/" },
    model: "openai/gpt-5",
    state: { count: 1 },
    history: [],
    signal: new AbortController().signal,
  });
});

test("iterating tells typed events, one by one or in batches", async () => {
  const run = client.run("assistant", "Hi");
  for await (const event of run) expectTypeOf(event).toEqualTypeOf<TypedEvent<Assistant>>();
  for await (const events of run.batches()) {
    expectTypeOf(events).toEqualTypeOf<readonly TypedEvent<Assistant>[]>();
  }
});

test("the state holds typed parts, sub-agents' too", () => {
  const { state } = client.run("planner", "Hi");
  for (const { parts } of state?.scopes.c1?.messages ?? []) {
    for (const part of parts) {
      if (part.type === "tool" && part.name === "editFile" && part.status === "completed") {
        expectTypeOf(part.output).toEqualTypeOf<{ bytes: number }>();
      }
    }
  }
});

test("structured output is typed", () => {
  const { result } = client.run("coder", "Hi");
  expectTypeOf(result).resolves.toEqualTypeOf<{ files: string[]; tests: "pass" | "fail" }>();
});

test("following by id: any agent, or the one that is named", () => {
  const some = client.follow("run_1", { on: { "run.completed": (e) => e.output } });
  expectTypeOf(some.result).resolves.toEqualTypeOf<Agents[keyof Agents]["output"]>();
  expectTypeOf(some.thread).toEqualTypeOf<string | undefined>();
  expectTypeOf(client.follow<"assistant">("run_1")).toEqualTypeOf<Run<Assistant>>();
  expectTypeOf(client.latest<"assistant">("thr_1")).resolves.toEqualTypeOf<
    Run<Assistant> | undefined
  >();
});

test("commands are typed", async () => {
  const run = client.run("assistant", "Hi");
  expectTypeOf(run.complete).parameter(1).toEqualTypeOf<{ hex: string }>();
  expectTypeOf(run.send).returns.resolves.toEqualTypeOf<void>();
  await run.send("And one more thing");
  await run.deny("a1", { reason: "no" });
  await run.cancel({ reason: "changed my mind" });
  // @ts-expect-error: no tool accepts this
  await run.approve("a1", { input: { nope: 1 } });
  // @ts-expect-error: not a color
  await run.complete("c1", { hex: 1 });
});

test("misuse does not compile", () => {
  // @ts-expect-error: no such agent
  client.run("nobody", "Hi");
  // @ts-expect-error: no such option
  client.run("hello", "Hi", { temperature: 1 });
  // @ts-expect-error: no such client tool
  client.run("assistant", "Hi", { tools: { search: () => ({ hex: "" }) } });
  // @ts-expect-error: not what the tool's output says
  client.run("assistant", "Hi", { tools: { pickColor: () => ({ hex: 1 }) } });
  // @ts-expect-error: the agent has no client tools
  client.run("coder", "Hi", { tools: { search: () => [] } });
  // @ts-expect-error: no such tool
  client.follow<"coder">("run_1", { on: { "tool.called": { editFile: () => 1 } } });
});

test("typed runs go where any runs go", () => {
  expectTypeOf(client).toExtend<Runs>();
  expectTypeOf<Run<Assistant>>().toExtend<Run>();
  expectTypeOf<Run<TypesOf<typeof planner>>>().toExtend<AsyncIterable<RunEvent>>();
});

test("where no agents are known, any name goes and everything is plain", async () => {
  const run = anyClient.run("whoever", "Hi", {
    on: { "tool.called": { any: (e) => expectTypeOf(e.input).toEqualTypeOf<Json>() } },
    tools: { any: (input) => input },
  });
  expectTypeOf(run.state).toEqualTypeOf<RunState | undefined>();
  expectTypeOf(run.result).resolves.toEqualTypeOf<Json>();
  await run.complete("c1", { anything: true });
  await run.approve("a1", { input: 1 });
});
