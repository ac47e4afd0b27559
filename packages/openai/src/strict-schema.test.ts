import { tool } from "@runwire/core";
import type { JsonObject } from "@runwire/core/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { toStrictSchema } from "./strict-schema.ts";

const text = { type: "string" };
const closed = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const inputOf = (input: z.ZodObject) =>
  tool({ description: "A tool", input, execute: () => null }).inputSchema;

describe("toStrictSchema", () => {
  it.each<[string, JsonObject]>([
    ["no fields", closed({})],
    ["fields", closed({ a: text, b: { type: ["number", "null"] } })],
    ["objects in objects", closed({ a: closed({ b: text }) })],
    ["lists", closed({ a: { type: "array", items: closed({ b: text }), minItems: 1 } })],
    ["choices", closed({ a: { anyOf: [text, { type: "null" }] }, b: { enum: ["x"] } })],
    ["definitions", { ...closed({ a: { $ref: "#/$defs/A" } }), $defs: { A: closed({ b: text }) } }],
    ["known formats", closed({ a: { type: "string", format: "date-time", pattern: "^a+$" } })],
  ])("leaves %s as they are", (_, schema) => {
    expect(toStrictSchema(schema)).toEqual(schema);
  });

  it("closes objects that leave it open, at every depth", () => {
    const { additionalProperties: _, ...open } = closed({ b: text });
    expect(
      toStrictSchema({
        type: "object",
        properties: {
          a: { type: "array", items: open },
          c: { anyOf: [open] },
          d: { $ref: "#/$defs/A" },
        },
        required: ["a", "c", "d"],
        $defs: { A: open },
      }),
    ).toEqual({
      ...closed({
        a: { type: "array", items: closed({ b: text }) },
        c: { anyOf: [closed({ b: text })] },
        d: { $ref: "#/$defs/A" },
      }),
      $defs: { A: closed({ b: text }) },
    });
  });

  it.each<[string, JsonObject]>([
    ["optional fields", closed({ a: text }, [])],
    ["open objects", { ...closed({ a: text }), additionalProperties: true }],
    ["records", { type: "object", additionalProperties: text }],
    ["objects of anything", { type: "object" }],
    ["objects of anything inside", closed({ a: { type: "object" } })],
    ["lists of anything", closed({ a: { type: "array" } })],
    ["anything", closed({ a: {} })],
    ["anything, described", closed({ a: { description: "?" } })],
    ["true", closed({ a: true })],
    ["unknown keywords", closed({ a: { ...text, minLength: 1 } })],
    ["defaults", closed({ a: { ...text, default: "x" } })],
    ["unknown formats", closed({ a: { ...text, format: "uri" } })],
    ["look-around", closed({ a: { ...text, pattern: "^(?!x)" } })],
    ["look-behind", closed({ a: { ...text, pattern: "(?<=x)y" } })],
    ["back-references", closed({ a: { ...text, pattern: "(x)\\1" } })],
    ["oneOf", closed({ a: { oneOf: [text] } })],
    ["a choice that is not strict", closed({ a: { anyOf: [text, { type: "object" }] } })],
    ["a definition that is not strict", { ...closed({}), $defs: { A: { type: "object" } } }],
    ["a list at the root", { type: "array", items: text }],
    ["a choice at the root", { ...closed({}), anyOf: [closed({})] }],
  ])("refuses %s", (_, schema) => {
    expect(toStrictSchema(schema)).toBeUndefined();
  });

  it("refuses what is nested too deep", () => {
    const nest = (depth: number): JsonObject =>
      depth === 1 ? closed({}) : closed({ a: nest(depth - 1) });
    expect(toStrictSchema(nest(10))).toBeDefined();
    expect(toStrictSchema(nest(11))).toBeUndefined();
  });

  it("takes what zod says of plain tools", () => {
    expect(
      toStrictSchema(
        inputOf(
          z.object({ q: z.string(), n: z.int().nullable(), tags: z.array(z.enum(["a", "b"])) }),
        ),
      ),
    ).toMatchObject({ additionalProperties: false, required: ["q", "n", "tags"] });
    expect(toStrictSchema(inputOf(z.object({ q: z.string().optional() })))).toBeUndefined();
    expect(toStrictSchema(inputOf(z.looseObject({ q: z.string() })))).toBeUndefined();
    expect(toStrictSchema(inputOf(z.object({ site: z.url() })))).toBeUndefined();
  });
});
