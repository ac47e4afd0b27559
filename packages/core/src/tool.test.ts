import { describe, expect, test } from "vitest";
import { z } from "zod";
import { clientTool } from "./client-tool.ts";
import { RunwireError } from "./runwire-error.ts";
import { tool } from "./tool.ts";

describe("tool", () => {
  test("makes the definition that the loop reads", () => {
    const input = z.object({ path: z.string() });
    const data = { "diff.ready": z.object({ patch: z.string() }) };
    const execute = async ({ path }: { path: string }) => path.length;
    const needsApproval = ({ path }: { path: string }) => path !== "";
    const toModel = (length: number) => `${length} bytes`;
    expect(
      tool({ description: "Write", input, needsApproval, data, timeoutMs: 5, execute, toModel }),
    ).toEqual({
      kind: "tool",
      executor: "runtime",
      description: "Write",
      input,
      inputSchema: {
        type: "object",
        properties: { path: { type: "string" } },
        required: ["path"],
      },
      needsApproval,
      data,
      idempotent: false,
      timeoutMs: 5,
      execute,
      toModel,
    });
  });

  test("has only what it was given", () => {
    expect(Object.keys(tool({ description: "Now", execute: () => 1 })).sort()).toEqual(
      ["kind", "executor", "description", "inputSchema", "idempotent", "execute"].sort(),
    );
  });

  test("shows a tool without input to the model as one that takes nothing", () => {
    expect(tool({ description: "Now", execute: () => 1 }).inputSchema).toEqual({
      type: "object",
      properties: {},
      additionalProperties: false,
    });
  });

  test("is immutable", () => {
    expect(Object.isFrozen(tool({ description: "Now", execute: () => 1 }))).toBe(true);
  });

  test("without `execute` is refused: the run would wait for a viewer for ever", () => {
    // @ts-expect-error: `execute` is required
    expect(() => tool({ description: "Search" })).toThrow(
      new RunwireError("invalid-tool", {
        message:
          'tool "Search" has no `execute`. Give it one, or use clientTool() if a viewer is to run it.',
      }),
    );
  });

  test.each([0, -1, Number.NaN])("with timeoutMs %d is refused", (timeoutMs) => {
    expect(() => tool({ description: "Search", timeoutMs, execute: () => 1 })).toThrow(
      "milliseconds above 0",
    );
  });

  test("names itself when its input cannot be shown to a model", () => {
    expect(() =>
      tool({ description: "Search", input: z.object({ at: z.date() }), execute: () => 1 }),
    ).toThrow(/^tool "Search": .*Date/);
  });
});

describe("clientTool", () => {
  const output = z.object({ hex: z.string() });

  test("makes a definition that nobody executes here", () => {
    const input = z.object({ hint: z.string() });
    const picked = clientTool({ description: "Pick", input, output, needsApproval: true });
    expect(picked).toMatchObject({ kind: "tool", executor: "client", input, output });
    expect(picked).toMatchObject({ needsApproval: true, inputSchema: { type: "object" } });
    expect(picked).not.toHaveProperty("execute");
    expect(Object.isFrozen(picked)).toBe(true);
  });

  test("with `execute` is refused", () => {
    // @ts-expect-error: a client tool has no `execute`
    expect(() => clientTool({ description: "Pick", output, execute: () => 1 })).toThrow(
      'clientTool "Pick" has `execute`, but a viewer runs it. Use tool()',
    );
  });

  test("without `output` is refused", () => {
    // @ts-expect-error: `output` is required
    expect(() => clientTool({ description: "Pick" })).toThrow("no `output` schema");
  });
});
