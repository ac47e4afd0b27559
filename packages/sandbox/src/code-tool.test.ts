import { agent, tool } from "@runwire/core";
import { lastOutput, type Script, scriptedModel } from "@runwire/core/testing";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type CodeToolOptions, codeTool } from "./code-tool.ts";
import { python } from "./python.ts";
import type { Sandbox } from "./sandbox.ts";

const sandbox = python();
afterAll(() => sandbox.close());

/** Runs the programs one after the other, and gives the events of the run. */
async function runPrograms(programs: readonly string[], options: CodeToolOptions = {}) {
  const script: Script = [
    ...programs.map((code) => ({ calls: [{ name: "python", input: { code } }] })),
    (request) => ({ text: JSON.stringify(lastOutput(request, "python")) }),
  ];
  const analyst = agent({
    name: "analyst",
    model: scriptedModel(script),
    tools: { python: codeTool(sandbox, options) },
  });
  const run = analyst.run("Compute it.");
  const events = [];
  for await (const event of run) events.push(event);
  const outputs = events.flatMap((event) => (event.type === "tool.completed" ? [event] : []));
  return { events, outputs, result: await run.result };
}

describe("codeTool", () => {
  test("tells what a program prints while it runs, and gives the model what it came to", async () => {
    const { events, outputs } = await runPrograms(["print('hello')\n40 + 2"]);
    const types = events.map((event) => event.type);
    expect(types.indexOf("tool.output.delta")).toBeLessThan(types.indexOf("tool.completed"));
    expect(events).toContainEqual(
      expect.objectContaining({ type: "tool.output.delta", delta: "hello\n" }),
    );
    expect(outputs[0]).toMatchObject({
      output: {
        ok: true,
        stdout: "hello\n",
        results: [{ mime: "text/plain", data: "42" }],
        stateLost: false,
      },
      content: [{ type: "text", text: "hello\n[result]\n42" }],
    });
  });

  test("keeps variables within a run, and not beyond it", async () => {
    const first = await runPrograms(["x = 41", "x + 1"]);
    expect(first.outputs[1]?.output).toMatchObject({ results: [{ data: "42" }] });
    const second = await runPrograms(["x"]);
    expect(second.outputs[0]?.output).toMatchObject({ ok: false, error: { name: "NameError" } });
  });

  test("starts every program from nothing when calls share nothing", async () => {
    const { outputs } = await runPrograms(["x = 1", "x"], { share: "call" });
    expect(outputs[1]?.output).toMatchObject({ ok: false, error: { name: "NameError" } });
  });

  test("a program that fails is a result that the model can repair", async () => {
    const { outputs } = await runPrograms(["1 / 0", "def f(:\n  pass"]);
    const [exception, syntax] = outputs.map(({ content }) => content);
    expect(exception).toEqual([
      {
        type: "text",
        text: expect.stringContaining(
          '[exception]\nTraceback (most recent call last):\n  File "<program>", line 1',
        ),
      },
    ]);
    expect(syntax).toEqual([{ type: "text", text: expect.stringContaining("[syntax]") }]);
  });

  test("tells the model that a killed program took the state along", async () => {
    const { outputs } = await runPrograms(["x = 1", "import os; os._exit(1)", "x"]);
    expect(outputs[1]?.content).toEqual([
      { type: "text", text: expect.stringContaining("the next program starts from nothing") },
    ]);
    expect(outputs[2]?.output).toMatchObject({ ok: false, error: { name: "NameError" } });
  });

  test("lets programs call the agent's tools, validated and in their context", async () => {
    const seen: unknown[] = [];
    const search = tool({
      description: "Search the docs",
      input: z.object({ query: z.string(), limit: z.number().default(3) }),
      async *execute({ query, limit }, ctx) {
        yield "searching";
        ctx.emit("searched", { query });
        seen.push(ctx.call);
        return { hits: Array.from({ length: limit }, (_, n) => `${query} ${n}`) };
      },
    });
    const { events, outputs } = await runPrograms(
      [`search("runs", limit=2)["hits"][1]`, "search(5)", `search("a", "b", "c")`],
      { tools: { search } },
    );
    expect(outputs[0]?.output).toMatchObject({ results: [{ data: "'runs 1'" }] });
    expect(outputs[1]?.output).toMatchObject({
      error: { name: "ToolError", message: expect.stringContaining("query: ") },
    });
    expect(outputs[2]?.output).toMatchObject({ error: { name: "TypeError" } });
    expect(seen).toEqual([outputs[0]?.call]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "data.emitted", name: "searched", data: { query: "runs" } }),
    );
  });

  test("puts files in, and hands out those that are left", async () => {
    const saved: string[] = [];
    const { outputs } = await runPrograms(
      ["open('upper.txt', 'w').write(open('in.txt').read().upper())\nNone"],
      {
        files: () => ({ "in.txt": "hello" }),
        collect: ["upper.*"],
        save: ({ path, data }) => {
          saved.push(new TextDecoder().decode(data));
          return `https://files.example/${path}`;
        },
      },
    );
    expect(saved).toEqual(["HELLO"]);
    expect(outputs[0]).toMatchObject({
      output: { files: [{ path: "upper.txt", bytes: 5, url: "https://files.example/upper.txt" }] },
      content: [{ text: "[file] upper.txt, 5 bytes: https://files.example/upper.txt" }],
    });
  });

  test("fits any output into an event", async () => {
    const { outputs } = await runPrograms(["print('\\x01' * 400_000)\n'\\x02' * 90_000"]);
    expect(outputs[0]?.output).toMatchObject({ ok: true, truncated: true });
  });

  test("a cancel kills the program", async () => {
    const model = scriptedModel([
      { calls: [{ name: "python", input: { code: "print('up', flush=True)\nwhile True: pass" } }] },
    ]);
    const looper = agent({ name: "looper", model, tools: { python: codeTool(sandbox) } });
    const run = looper.run("Loop.", { on: { "tool.output.delta": () => run.cancel() } });
    await expect(run.result).rejects.toThrow();
    expect(run.state?.status).toBe("cancelled");
  });

  test("describes what the sandbox can do", () => {
    const search = tool({
      description: "Search the docs",
      input: z.object({ query: z.string() }),
      execute: () => 1,
    });
    expect(
      codeTool(sandbox, { tools: { search }, collect: ["*.png"] }).description,
    ).toMatchInlineSnapshot(`
      "Runs python and returns what it prints and the value of its last expression.
      Variables, imports and files stay for the next program.
      There is no network, and nothing can be installed.
      Files that match *.png go to the user.
      Programs can call these functions:
      search(query): Search the docs"
    `);
  });

  test.each<[string, CodeToolOptions, Partial<Sandbox["caps"]>]>([
    ["keeps no state", { share: "run" }, { state: false }],
    [
      "cannot call them",
      { tools: { a: tool({ description: "", execute: () => 1 }) } },
      { hostTools: false },
    ],
    ["takes none", { files: () => ({}) }, { files: { in: false, out: true } }],
    ["gives none", { collect: ["*"] }, { files: { in: true, out: false } }],
  ])("refuses what the sandbox cannot do: it %s", (why, options, caps) => {
    const poor: Sandbox = { ...sandbox, caps: { ...sandbox.caps, ...caps } };
    expect(() => codeTool(poor, options)).toThrow(why);
  });

  test("refuses tools that no program can wait for", () => {
    const pay = tool({ description: "Pay", needsApproval: true, execute: () => 1 });
    expect(() => codeTool(sandbox, { tools: { pay } })).toThrow("Programs cannot call pay");
  });
});
