import { toStandardJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import * as mini from "zod/mini";
import { RunwireError } from "./runwire-error.ts";
import { toInputSchema, toJsonSchema } from "./to-json-schema.ts";

/** The error that `make` throws. */
function refusal(make: () => unknown): RunwireError {
  try {
    make();
  } catch (error) {
    if (RunwireError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("toJsonSchema", () => {
  test("describes what a zod schema accepts, before defaults and transforms", () => {
    const schema = z.object({
      query: z.string().describe("What to look for"),
      limit: z.number().default(10),
      since: z.string().transform((text) => new Date(text)),
    });
    expect(toJsonSchema(schema, "x")).toEqual({
      type: "object",
      properties: {
        query: { type: "string", description: "What to look for" },
        limit: { type: "number", default: 10 },
        since: { type: "string" },
      },
      required: ["query", "since"],
    });
  });

  test("describes a valibot schema that was given the trait", () => {
    const schema = toStandardJsonSchema(v.object({ query: v.string() }));
    expect(toJsonSchema(schema, "x")).toEqual({
      type: "object",
      properties: { query: { type: "string" } },
      required: ["query"],
    });
  });

  test("is plain JSON", () => {
    const json = toJsonSchema(z.object({ a: z.string() }), "x");
    expect(json).toEqual(JSON.parse(JSON.stringify(json)));
  });

  test("puts a named schema at the root", () => {
    const schema = z.object({ a: z.string() }).meta({ id: "Named" });
    expect(toJsonSchema(schema, "x")).toEqual({
      type: "object",
      properties: { a: { type: "string" } },
      required: ["a"],
    });
  });

  test("keeps the definitions that a named root refers to, itself included", () => {
    const leaf = z.object({ a: z.string() }).meta({ id: "Leaf" });
    const root = z.object({ leaf }).meta({ id: "Root" });
    expect(toJsonSchema(root, "x")).toMatchObject({
      properties: { leaf: { $ref: "#/$defs/Leaf" } },
      $defs: { Leaf: { type: "object" } },
    });
    const tree = z
      .object({
        get children() {
          return z.array(tree);
        },
      })
      .meta({ id: "Tree" });
    const children = { type: "array", items: { $ref: "#/$defs/Tree" } };
    const definition = { type: "object", properties: { children }, required: ["children"] };
    expect(toJsonSchema(tree, "x")).toEqual({ ...definition, $defs: { Tree: definition } });
  });

  test.each([
    ["zod/mini", mini.object({ a: mini.string() }), 'from "zod" 4.2'],
    ["valibot", v.object({ a: v.string() }), "toStandardJsonSchema(schema)"],
    [
      "an unknown library",
      { "~standard": { version: 1, vendor: "acme", validate: () => ({ value: 1 }) } } as const,
      "Standard JSON Schema",
    ],
  ])("says what to do about a schema of %s without the trait", (_, schema, remedy) => {
    const error = refusal(() => toJsonSchema(schema, 'tool "Search"'));
    expect(error.code).toBe("invalid-schema");
    expect(error.message).toContain('tool "Search"');
    expect(error.message).toContain(remedy);
  });

  test("says why a schema has no JSON form, and keeps the cause", () => {
    const error = refusal(() => toJsonSchema(z.object({ at: z.date() }), 'tool "Search"'));
    expect(error.message).toContain("Date cannot be represented");
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describe("toInputSchema", () => {
  test.each([
    ["a text", z.string()],
    ["a list", z.array(z.string())],
    ["a union", z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])],
  ])("refuses %s at the root", (_, schema) => {
    const error = refusal(() => toInputSchema(schema, 'tool "Search"'));
    expect(error.code).toBe("invalid-schema");
    expect(error.message).toContain("z.object({ value: … })");
  });

  test("takes any object", () => {
    expect(toInputSchema(z.record(z.string(), z.number()), "x")).toMatchObject({ type: "object" });
  });
});
