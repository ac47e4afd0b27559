import { type AgentsOf, agent, createRuntime, type Runs, tool } from "@runwire/core";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { createHandler, type Handler } from "./handler.ts";

const add = tool({
  description: "Add",
  input: z.object({ a: z.number() }),
  execute: ({ a }) => a + 1,
});
const adder = agent({ name: "adder", tools: { add } });
const plain = agent({ name: "plain" });

describe("typeof handler", () => {
  test("tells the agents, their tools included", () => {
    const handler = createHandler({ agents: [adder, plain] });
    type Agents = AgentsOf<typeof handler>;
    expectTypeOf<keyof Agents>().toEqualTypeOf<"adder" | "plain">();
    expectTypeOf<Agents["adder"]["tools"]["add"]["output"]>().toEqualTypeOf<number>();
    expectTypeOf(handler.runtime).toExtend<Runs<Agents>>();
  });

  test("also of a runtime that was given", () => {
    const runtime = createRuntime({ agents: [adder] });
    const handler = createHandler({ runtime, basePath: "/api" });
    expectTypeOf<keyof AgentsOf<typeof handler>>().toEqualTypeOf<"adder">();
    expectTypeOf(handler.runtime).toEqualTypeOf<typeof runtime>();
    expectTypeOf(handler).toExtend<Handler>();
  });
});

test("agents or a runtime must be there", () => {
  // @ts-expect-error neither
  createHandler({ basePath: "/api" });
});

test("it fits the hosts", () => {
  expectTypeOf<Handler>().toExtend<(request: Request) => Response | Promise<Response>>();
});
