import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import { clientTool } from "../client-tool.ts";
import type { ModelRequest } from "../model.ts";
import { settled } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import type { ScriptedStep } from "../testing/scripted-step.ts";
import { tool } from "../tool.ts";
import type { ToolsByName, Toolset } from "../toolset.ts";
import { useBench } from "./bench.test.helper.ts";

const bench = useBench();

function toolset(
  name: string,
  tools: () => ToolsByName | Promise<ToolsByName>,
  kind: Toolset["kind"] = "mcp",
) {
  const counts = { opened: 0, asked: 0, closed: 0 };
  const made: Toolset = {
    name,
    kind,
    open() {
      counts.opened++;
      return {
        tools: async () => {
          counts.asked++;
          return tools();
        },
        close: async () => void counts.closed++,
      };
    },
  };
  return { toolset: made, counts };
}

const look = tool({
  description: "Look",
  input: z.object({ at: z.string() }),
  idempotent: true,
  execute: ({ at }) => `a ${at}`,
});
const calls = (name: string, input: { [key: string]: string } = { at: "tree" }): ScriptedStep => ({
  calls: [{ name, input }],
});

/** A model that keeps what it was asked. */
function curious(...steps: ScriptedStep[]) {
  const asked: ModelRequest[] = [];
  const model = scriptedModel((request, n) => {
    asked.push(request);
    return steps[n] ?? { text: "Done." };
  });
  return { model, asked };
}

describe("a toolset", () => {
  it("is opened once, asked for each step and each call, and closed with its runtime", async () => {
    const { toolset: eyes, counts } = toolset("eyes", () => ({ eyes__look: look }));
    const { model, asked } = curious(calls("eyes__look"));
    const runtime = bench().runtime([agent({ name: "a", model, toolsets: [eyes] })]);
    const state = await bench().end(await bench().start(runtime));
    expect(state.messages.at(-1)?.parts[0]).toMatchObject({
      status: "completed",
      output: "a tree",
    });
    expect(asked[0]?.tools).toMatchObject([{ name: "eyes__look", description: "Look" }]);
    expect(counts).toEqual({ opened: 1, asked: 3, closed: 0 });
    const closed = runtime.close();
    await settled();
    await closed;
    expect(counts.closed).toBe(1);
  });

  it("is asked for nothing by agents that have none", async () => {
    const { model } = curious();
    const runtime = bench().runtime([agent({ name: "a", model })]);
    expect((await bench().end(await bench().start(runtime))).status).toBe("completed");
  });

  it("stands behind the agent's own tools, and before later toolsets", async () => {
    const say = (text: string) => tool({ description: text, execute: () => text });
    const first = toolset("first", () => ({ x: say("first x"), y: say("first y") }));
    const second = toolset("second", () => ({ y: say("second y"), z: say("second z") }));
    const { model, asked } = curious();
    const toolsets = [first.toolset, second.toolset];
    const a = agent({ name: "a", model, tools: { x: say("own x") }, toolsets });
    await bench().end(await bench().start(bench().runtime([a])));
    const seen = Object.fromEntries((asked[0]?.tools ?? []).map((t) => [t.name, t.description]));
    expect(seen).toEqual({ x: "own x", y: "first y", z: "second z" });
  });

  it("checks input by the schema that the model was told", async () => {
    const { toolset: eyes } = toolset("eyes", () => ({ look }));
    const { model } = curious({ calls: [{ name: "look", input: { at: 1 } }, { name: "other" }] });
    const a = agent({ name: "a", model, toolsets: [eyes] });
    const state = await bench().end(await bench().start(bench().runtime([a])));
    expect(state.messages.at(-1)?.parts).toMatchObject([
      { error: { code: "invalid-input" } },
      { error: { code: "unknown-tool", message: expect.stringContaining("look") } },
      { text: "Done." },
    ]);
  });
});

describe("a toolset that is down", () => {
  const down = () => Promise.reject(new Error("Nobody is there."));

  it("leaves the step without its tools, and says so to the model and, once, in the log", async () => {
    const { toolset: eyes } = toolset("eyes", down);
    const { toolset: ears } = toolset("ears", () => ({ listen: look }));
    const { model, asked } = curious(calls("listen"));
    const a = agent({ name: "a", model, instructions: "Be brief.", toolsets: [eyes, ears] });
    const state = await bench().end(await bench().start(bench().runtime([a])));
    expect(state.status).toBe("completed");
    expect(asked.map(({ tools }) => tools.map(({ name }) => name))).toEqual([
      ["listen"],
      ["listen"],
    ]);
    expect(asked[0]?.instructions).toMatch(/^Be brief\.\n\n.*"eyes".*Nobody is there\.$/s);
    expect(state.warnings).toEqual([
      { code: "toolset-unavailable", message: expect.stringContaining("Nobody is there.") },
    ]);
    expect(bench().errors).toEqual([]);
  });

  it("fails the calls that were made while it was up", async () => {
    let up = true;
    const { toolset: eyes } = toolset("eyes", () => {
      if (!up) throw new Error("Nobody is there.");
      up = false;
      return { look };
    });
    const { model } = curious(calls("look"));
    const a = agent({ name: "a", model, toolsets: [eyes] });
    const state = await bench().end(await bench().start(bench().runtime([a])));
    expect(state.messages.at(-1)?.parts[0]).toMatchObject({
      status: "failed",
      error: { code: "tool-error", message: expect.stringContaining("Nobody is there.") },
    });
    expect(state.status).toBe("completed");
  });

  it.each<[string, ToolsByName]>([
    ["a name that no model takes", { "a b": look }],
    ["the name of a hand-off", { transfer_to_b: look }],
    ["a client tool", { pick: clientTool({ description: "", output: z.string() }) }],
  ])("is one that breaks its contract with %s", async (_, tools) => {
    const { toolset: odd } = toolset("odd", () => tools);
    const { model, asked } = curious();
    const a = agent({ name: "a", model, toolsets: [odd] });
    const state = await bench().end(await bench().start(bench().runtime([a])));
    expect(state.status).toBe("completed");
    expect(asked[0]?.tools).toEqual([]);
    expect(state.warnings).toHaveLength(1);
  });

  it("does not hold up a cancel", async () => {
    const { toolset: stuck, counts } = toolset("stuck", () => new Promise(() => {}));
    const { model } = curious();
    const runtime = bench().runtime([agent({ name: "a", model, toolsets: [stuck] })]);
    const run = await bench().start(runtime);
    await settled();
    expect(counts.asked).toBe(1);
    await bench().send(runtime, run, { type: "cancel" });
    expect((await bench().end(run)).status).toBe("cancelled");
  });
});

describe("a call of a toolset's tool whose process died", () => {
  async function cut(tools: (alive: boolean) => ToolsByName | Promise<ToolsByName>) {
    const dead = bench().mortal();
    const agents = (alive: boolean) => [
      agent({
        name: "a",
        model: scriptedModel([{ calls: [{ name: "safe" }] }, { text: "Done." }]),
        toolsets: [toolset("t", () => tools(alive)).toolset],
      }),
    ];
    const run = await bench().start(bench().runtime(agents(false), { log: dead.log }));
    await bench().until(run, "tool.started");
    await settled();
    dead.kill();
    bench().runtime(agents(true));
    const state = await bench().end(run);
    expect(state.status).toBe("completed");
    return state.messages.at(-1)?.parts[0];
  }

  const acting = (idempotent: boolean, effect: (key: string) => unknown) =>
    tool({
      description: "",
      idempotent,
      execute: (_, { idempotencyKey }) => effect(idempotencyKey),
    });
  const never = new Promise(() => {});

  it.each([
    [true, 2, { status: "completed", output: 2, attempt: 2 }],
    [false, 1, { status: "failed", error: { code: "interrupted" } }],
  ])("runs again if that is safe (%s)", async (idempotent, effects, expected) => {
    const keys: string[] = [];
    const part = await cut((alive) => ({
      safe: acting(idempotent, (key) => {
        keys.push(key);
        return alive ? keys.length : never;
      }),
    }));
    expect(part).toMatchObject(expected);
    expect([keys.length, new Set(keys).size]).toEqual([effects, 1]);
  });

  it("is interrupted when nobody can tell whether that is safe", async () => {
    const part = await cut((alive) => {
      if (alive) throw new Error("Nobody is there.");
      return { safe: acting(true, () => never) };
    });
    expect(part).toMatchObject({ status: "failed", error: { code: "interrupted" } });
  });

  it("is interrupted when the tool is gone", async () => {
    const part = await cut((alive) => (alive ? {} : { safe: acting(true, () => never) }));
    expect(part).toMatchObject({ status: "failed", error: { code: "interrupted" } });
  });
});

describe("a run", () => {
  const eyes = toolset("eyes", () => ({ see: look }));
  const ears = toolset("ears", () => ({ hear: look }));
  const own = toolset("own", () => ({ think: look }), "custom");

  function agents() {
    const { model, asked } = curious();
    const sub = agent({ name: "sub", toolsets: [ears.toolset] });
    const toolsets = [eyes.toolset, own.toolset];
    return { agents: [agent({ name: "a", model, tools: { sub }, toolsets })], asked };
  }

  it.each<[readonly string[] | undefined, readonly string[]]>([
    [undefined, ["see", "sub", "think"]],
    [["eyes"], ["see", "sub", "think"]],
    [["ears"], ["sub", "think"]],
    [[], ["sub", "think"]],
  ])("that may use the MCP servers %j has the tools %j", async (mcpServers, names) => {
    const { agents: all, asked } = agents();
    const request = mcpServers === undefined ? {} : { mcpServers };
    const state = await bench().end(await bench().start(bench().runtime(all), request));
    expect(asked[0]?.tools.map(({ name }) => name).sort()).toEqual(names);
    expect(state.mcpServers).toEqual(mcpServers);
  });

  it.each(["nose", "own"])("cannot ask for %s", async (name) => {
    const runtime = bench().runtime(agents().agents);
    await expect(
      runtime.start({ agent: "a", input: "Go.", mcpServers: [name] }),
    ).rejects.toMatchObject({
      code: "invalid-start",
      message: expect.stringContaining("eyes, ears"),
    });
  });

  it("with other servers is another request", async () => {
    const runtime = bench().runtime(agents().agents);
    const run = await bench().start(runtime, { mcpServers: ["eyes"] });
    await bench().end(run);
    const again = { agent: "a", input: "Go.", run };
    expect(await runtime.start({ ...again, mcpServers: ["eyes"] })).toMatchObject({
      existing: true,
    });
    expect(await runtime.start(again)).toEqual({ status: "conflict" });
  });
});

it("two toolsets of one name cannot run together", () => {
  const one = agent({ name: "one", toolsets: [toolset("t", () => ({})).toolset] });
  const two = agent({ name: "two", toolsets: [toolset("t", () => ({})).toolset] });
  expect(() => bench().runtime([one, two])).toThrow(/named "t"/);
  expect(() => agent({ name: "a", toolsets: [{} as Toolset] })).toThrow(/toolsets/);
});
