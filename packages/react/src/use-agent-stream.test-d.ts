import { createClient, type Thread } from "@runwire/client";
import {
  type AgentMapOf,
  agent,
  clientTool,
  type HasAgents,
  type TypesOf,
  tool,
} from "@runwire/core";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { useAgentStream } from "./use-agent-stream.ts";
import { useMessage } from "./use-message.ts";
import { useThread } from "./use-thread.ts";
import { useThreadState } from "./use-thread-state.ts";

const search = tool({
  description: "Search",
  input: z.object({ query: z.string() }),
  execute: ({ query }) => ({ hits: [query] }),
});
const pick = clientTool({ description: "Pick", output: z.object({ hex: z.string() }) });
const assistant = agent({ name: "assistant", tools: { search, pick } });
const other = agent({ name: "other" });
const client = createClient<HasAgents<AgentMapOf<readonly [typeof assistant, typeof other]>>>({
  url: "/api",
});
type Types = TypesOf<typeof assistant>;

test("the client tells the types of the agent that is named", () => {
  const chat = useAgentStream({
    client,
    agent: "assistant",
    thread: undefined,
    on: {
      "tool.completed": {
        search: ({ output }) => expectTypeOf(output).toEqualTypeOf<{ hits: string[] }>(),
      },
    },
    tools: { pick: () => ({ hex: "#fff" }) },
  });
  for (const part of chat.messages.flatMap(({ parts }) => parts)) {
    if (part.type === "tool" && part.name === "search" && part.status === "completed") {
      expectTypeOf(part.output).toEqualTypeOf<{ hits: string[] }>();
    }
  }
  expectTypeOf(chat.live).toEqualTypeOf<Thread<Types>>();
  expectTypeOf(chat.send("Hi")).resolves.toEqualTypeOf<boolean>();
  // @ts-expect-error there is no such agent
  useAgentStream({ client, agent: "nobody" });
  // @ts-expect-error the result is not what the tool's schema wants
  useAgentStream({ client, agent: "assistant", tools: { pick: () => ({ rgb: 0 }) } });
});

test("without a client the type argument is the agent's", () => {
  const chat = useAgentStream<typeof assistant>({ url: "/api", agent: "assistant" });
  expectTypeOf(chat.live).toEqualTypeOf<Thread<Types>>();
  // @ts-expect-error another agent's name
  useAgentStream<typeof assistant>({ url: "/api", agent: "other" });
  const live = useThread<typeof assistant>({ url: "/api", agent: "assistant" });
  expectTypeOf(live).toEqualTypeOf<Thread<Types>>();
});

test("selections and messages keep the types", () => {
  const live = useThread({ client, agent: "assistant" });
  expectTypeOf(useThreadState(live, ({ messages }) => messages.length)).toEqualTypeOf<number>();
  expectTypeOf(useMessage(live, "m")).toEqualTypeOf<
    (typeof live.state.messages)[number] | undefined
  >();
});
