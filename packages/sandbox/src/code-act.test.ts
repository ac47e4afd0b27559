import { agent, type ModelRequest, tool } from "@runwire/core";
import { type ScriptedStep, scriptedModel } from "@runwire/core/testing";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { codeAct } from "./code-act.ts";
import { python } from "./python.ts";

const sandbox = python();
afterAll(() => sandbox.close());

/** A model that says one thing after the other, however often it was told something. */
function says(...texts: readonly (string | ScriptedStep)[]) {
  const requests: ModelRequest[] = [];
  const model = scriptedModel((request) => {
    requests.push(request);
    const said = texts[requests.length - 1];
    return typeof said === "string" ? { text: said } : (said ?? { text: "nothing more" });
  });
  return { model, requests };
}

/** The conversation as the model had it, in short. */
function conversation(request: ModelRequest | undefined): string[] {
  return (request?.messages ?? []).map(
    ({ role, parts }) =>
      `${role}: ${parts.map((part) => ("text" in part ? part.text : part.type)).join("|")}`,
  );
}

const block = (code: string) => `\`\`\`python\n${code}\n\`\`\``;

describe("codeAct", () => {
  test("runs what the model writes until it answers without a program", async () => {
    const { model, requests } = says(
      `I look first.\n${block("x = 6 * 7\nprint(x)")}`,
      block("x + 'a'"),
      "It is 42.",
    );
    const analyst = agent({
      name: "analyst",
      ...codeAct({ model, sandbox, instructions: "Be brief." }),
    });
    const run = analyst.run("What is six times seven?");
    expect(await run.result).toBe("It is 42.");
    const [user, first, printed, second, failed] = conversation(requests[2]);
    expect([user, first, printed, second]).toEqual([
      "user: What is six times seven?",
      `assistant: I look first.\n${block("x = 6 * 7\nprint(x)")}`,
      "user: Observation:\n42",
      `assistant: ${block("x + 'a'")}`,
    ]);
    expect(failed).toMatch(/^user: Observation:\n\[exception\]\nTraceback[\s\S]*TypeError/);
    expect(requests[0]?.tools).toEqual([]);
    expect(requests[0]?.instructions).toMatch(/^Be brief\.\n\nYou act by writing programs/);
  });

  test("is in the log as calls of a tool", async () => {
    const { model } = says(block("print('hello')"), "Done.");
    const run = agent({ name: "a", ...codeAct({ model, sandbox }) }).run("Go.");
    const types = [];
    for await (const event of run) types.push(event.type);
    expect(types).toEqual(
      expect.arrayContaining(["tool.called", "tool.output.delta", "tool.completed"]),
    );
    expect(types.at(-1)).toBe("run.completed");
  });

  test("ends with what a program gives as its final answer", async () => {
    const search = tool({
      description: "Search the docs",
      input: z.object({ query: z.string() }),
      execute: ({ query }) => [`About ${query}`],
    });
    const { model, requests } = says(block(`final_answer({"hits": search("runs")})`));
    const analyst = agent({ name: "analyst", ...codeAct({ model, sandbox, tools: { search } }) });
    const run = analyst.run("Search.");
    expect(await run.result).toBe('{"hits":["About runs"]}');
    expect(requests).toHaveLength(1);
    expect(requests[0]?.instructions).toContain(
      "search(query): Search the docs\nfinal_answer(answer):",
    );
  });

  test("goes on after a final answer when somebody says more", async () => {
    const { model, requests } = says(block("final_answer('first')"), "second");
    const analyst = agent({ name: "analyst", ...codeAct({ model, sandbox }) });
    const run = analyst.run("Go.", {
      on: { "data.emitted": (_, run) => run.send("No, another one.") },
    });
    expect(await run.result).toBe("second");
    expect(conversation(requests[1]).at(-1)).toBe("user: No, another one.");
  });

  test("asks a person first where that is wanted, and tells the model of a no", async () => {
    const { model, requests } = says(block("print('dangerous')"), "Then not.");
    const analyst = agent({ name: "a", ...codeAct({ model, sandbox, needsApproval: true }) });
    const run = analyst.run("Go.", {
      on: { "approval.requested": (event, run) => run.deny(event.id, { reason: "too risky" }) },
    });
    expect(await run.result).toBe("Then not.");
    expect(conversation(requests[1]).at(-1)).toContain("too risky");
  });

  test("does not run what was cut off", async () => {
    const { model } = says({ text: block("print(1)"), finishReason: "length" });
    const run = agent({ name: "a", ...codeAct({ model, sandbox }) }).run("Go.");
    for await (const event of run) expect(event.type).not.toBe("tool.called");
  });

  test("keeps the name of the function that ends it to itself", () => {
    const mine = tool({ description: "", execute: () => 1 });
    const { model } = says();
    expect(() => codeAct({ model, sandbox, tools: { final_answer: mine } })).toThrow(
      "another name",
    );
  });
});
