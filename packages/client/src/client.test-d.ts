import {
  type AgentMapOf,
  agent,
  clientTool,
  type HasAgents,
  type Run,
  type TypesOf,
  tool,
} from "@runwire/core";
import type { Message, RunState } from "@runwire/core/protocol";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { createClient } from "./client.ts";
import { createThread } from "./create-thread.ts";
import type { Thread, ThreadSnapshot } from "./thread.ts";

const search = tool({
  description: "Search",
  input: z.object({ query: z.string() }),
  data: { "hit.found": z.object({ url: z.string() }) },
  async *execute({ query }) {
    yield { page: 1 };
    return { hits: [query] };
  },
});
const pickColor = clientTool({
  description: "Pick",
  input: z.object({ hint: z.string() }),
  output: z.object({ hex: z.string() }),
});
const assistant = agent({ name: "assistant", tools: { search, pickColor } });
const sorter = agent({ name: "sorter", output: z.object({ order: z.array(z.number()) }) });
type Server = HasAgents<AgentMapOf<readonly [typeof assistant, typeof sorter]>>;

const client = createClient<Server>({ url: "/api" });

test("agents are known by name, and so is what they come to", () => {
  expectTypeOf(client.run("sorter", "Hi").result).resolves.toEqualTypeOf<{ order: number[] }>();
  expectTypeOf(client.run("assistant", "Hi").result).resolves.toEqualTypeOf<string>();
  expectTypeOf(client.run("assistant", "Hi").thread).toEqualTypeOf<string>();
  // @ts-expect-error there is no such agent
  client.run("nobody", "Hi");
});

test("callbacks know tools, progress, outputs and data", () => {
  const run = client.run("assistant", "Hi", {
    on: {
      "tool.progressed": {
        search: (event) => expectTypeOf(event.data).toEqualTypeOf<{ page: number }>(),
      },
      "tool.completed": (event) => {
        if (event.name === "search") expectTypeOf(event.output).toEqualTypeOf<{ hits: string[] }>();
        if (event.name === "pickColor") expectTypeOf(event.output).toEqualTypeOf<{ hex: string }>();
      },
      "data.emitted": {
        "hit.found": (event) => expectTypeOf(event.data).toEqualTypeOf<{ url: string }>(),
      },
      "approval.requested": { search: (event, run) => run.approve(event.id) },
      reset: (state) => expectTypeOf(state.seq).toEqualTypeOf<number>(),
    },
    tools: {
      pickColor: async ({ hint }, { call, signal }) => {
        expectTypeOf(hint).toEqualTypeOf<string>();
        expectTypeOf(call).toEqualTypeOf<string>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
        return { hex: "#fff" };
      },
    },
  });
  expectTypeOf(run).toExtend<Run<TypesOf<typeof assistant>>>();
  client.run("assistant", "Hi", {
    // @ts-expect-error there is no such tool
    on: { "tool.completed": { seek: () => {} } },
  });
  client.run("assistant", "Hi", {
    // @ts-expect-error the output is not what the schema wants
    tools: { pickColor: () => ({ rgb: 0 }) },
  });
});

test("a run that is followed gets its types by its agent's name", async () => {
  const run = client.follow<"sorter">("run_x");
  expectTypeOf(run.result).resolves.toEqualTypeOf<{ order: number[] }>();
  const latest = await client.latest<"assistant">("t");
  expectTypeOf(latest).toEqualTypeOf<Run<TypesOf<typeof assistant>> | undefined>();
});

test("a thread's messages narrow by tool, and fit whoever takes any message", () => {
  const thread = client.thread({ agent: "assistant", thread: "t" });
  expectTypeOf(thread).toEqualTypeOf<Thread<TypesOf<typeof assistant>>>();
  for (const message of thread.state.messages) {
    expectTypeOf(message).toExtend<Message>();
    for (const part of message.parts) {
      if (part.type === "tool" && part.name === "search" && part.status === "completed") {
        expectTypeOf(part.output).toEqualTypeOf<{ hits: string[] }>();
      }
      if (part.type === "data") expectTypeOf(part.data).toEqualTypeOf<{ url: string }>();
    }
  }
  expectTypeOf(thread.state.runs).toExtend<readonly RunState[]>();
  const approval = thread.state.approvals[0];
  if (approval?.part.name === "search") {
    expectTypeOf(approval.part.approval.id).toEqualTypeOf<string>();
  }
  client.thread({ agent: "assistant", thread: undefined, initial: undefined });
  // @ts-expect-error there is no such agent
  client.thread({ agent: "nobody" });
});

test("what is loaded for an agent is the beginning of its thread", async () => {
  const initial = await client.load("assistant", "t");
  expectTypeOf(initial).toEqualTypeOf<ThreadSnapshot<TypesOf<typeof assistant>> | undefined>();
  client.thread({ agent: "assistant", initial });
});

test("one agent's type will do, and without any type any name goes", () => {
  const one = createClient<typeof sorter>({ url: "/api" });
  expectTypeOf(one.run("sorter", "Hi").result).resolves.toEqualTypeOf<{ order: number[] }>();
  const any = createClient({ url: "/api" });
  const run = any.run("whoever", "Hi", { on: { "tool.completed": (event) => event.output } });
  expectTypeOf(run).toEqualTypeOf<ReturnType<typeof any.run>>();
});

test("a thread without a client gets its types by its agent", () => {
  const thread = createThread<typeof assistant>({ url: "/api", agent: "assistant" });
  expectTypeOf(thread).toEqualTypeOf<Thread<TypesOf<typeof assistant>>>();
  // @ts-expect-error another agent's name
  createThread<typeof assistant>({ url: "/api", agent: "other" });
  // @ts-expect-error where is the server?
  createThread({ agent: "assistant" });
});
