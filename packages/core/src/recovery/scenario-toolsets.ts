import { agent } from "../agent.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import type { ToolsByName, Toolset } from "../toolset.ts";
import { approve } from "./scenario-people.ts";
import { tools } from "./scenario-tools.ts";
import type { Scenario } from "./scenarios.ts";

const toolset = (name: string, given: () => ToolsByName): Toolset => ({
  name,
  kind: "mcp",
  open: () => ({ tools: async () => given(), close: async () => {} }),
});

/** Tools that only toolsets have, in the root and in a sub-agent; one of the toolsets is down. */
export const toolsets: Scenario = {
  agents(world) {
    const { read, pay, wire } = tools(world);
    const near = toolset("near", () => ({ read, pay, wire }));
    const down = toolset("down", () => {
      throw new Error("Nobody is there.");
    });
    const done = { text: "All is done." };
    const helper = agent({
      name: "helper",
      model: scriptedModel([{ calls: [{ name: "pay", input: { to: "eve" } }] }, done]),
      toolsets: [near],
    });
    const calls = [
      { name: "read", input: { path: "a" } },
      { name: "pay", input: { to: "bob" } },
      { name: "wire", input: { to: "ann" } },
      { name: "helper", input: { prompt: "Pay eve." } },
      { name: "gone", input: {} },
    ];
    const model = scriptedModel([{ calls }, done]);
    return [agent({ name: "root", model, tools: { helper }, toolsets: [near, down] })];
  },
  user: approve(true),
};
