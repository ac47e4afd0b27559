import type { StandardSchemaV1 } from "@standard-schema/spec";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { RunwireError } from "./runwire-error.ts";
import { validate, validateNow } from "./validate.ts";

const slow = z.string().refine(async (text) => text !== "bad", "must be good");

describe("validate", () => {
  test("gives what the schema makes of the value", () => {
    const schema = z.object({
      at: z.string().transform((text) => new Date(text)),
      n: z.number().default(1),
    });
    const at = "2026-01-02T03:04:05.000Z";
    expect(validate(schema, { at })).toEqual({ value: { at: new Date(at), n: 1 } });
  });

  test("names the place of each issue by a JSON Pointer", () => {
    const schema = z.object({ "a/b": z.array(z.object({ "~": z.string() })), q: z.string() });
    const result = validate(schema, { "a/b": [{ "~": "" }, { "~": 1 }] });
    const paths = "issues" in result && result.issues.map(({ path }) => path);
    expect(paths).toEqual(["/a~1b/1/~0", "/q"]);
  });

  test("names the value itself by the empty pointer", () => {
    expect(validate(z.string("no text"), 1)).toEqual({
      issues: [{ path: "", message: "no text" }],
    });
  });

  test("reads paths whose segments are objects, as valibot gives them", () => {
    const result = validate(v.object({ list: v.array(v.number()) }), { list: [1, "2"] });
    expect(result).toMatchObject({ issues: [{ path: "/list/1" }] });
  });

  test("answers at once where the schema does, and with a promise where it does", async () => {
    expect(validate(z.string(), "x")).not.toBeInstanceOf(Promise);
    const late = validate(slow, "bad");
    expect(late).toBeInstanceOf(Promise);
    await expect(late).resolves.toEqual({ issues: [{ path: "", message: "must be good" }] });
    await expect(validate(slow, "x")).resolves.toEqual({ value: "x" });
  });

  test("lets what a transform throws through", async () => {
    const schema = z.string().transform(() => {
      throw new TypeError("transform broke");
    });
    await expect((async () => validate(schema, "x"))()).rejects.toThrow("transform broke");
  });
});

describe("validateNow", () => {
  test("is the same for a schema that answers at once", () => {
    expect(validateNow(z.number(), 2)).toEqual({ value: 2 });
    expect(validateNow(z.number(), "2")).toMatchObject({ issues: [{ path: "" }] });
  });

  test("refuses a schema that answers later, and takes its rejection", async () => {
    let answered: Promise<never> | undefined;
    const schema: StandardSchemaV1 = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: () => {
          answered = Promise.reject(new Error("late"));
          return answered;
        },
      },
    };
    expect(() => validateNow(schema, 1)).toThrow(RunwireError);
    // An unhandled rejection would fail the run of these tests.
    await expect(answered).rejects.toThrow("late");
  });
});
