import { describe, expect, it } from "vitest";
import { z } from "zod";
import { check } from "./check.ts";

function fail(): never {
  throw new Error("Oh.");
}

describe("check", () => {
  it("gives what the schema makes of a value", async () => {
    const schema = z.object({ n: z.string().transform(Number), m: z.number().default(2) });
    expect(await check(schema, { n: "1" })).toEqual({ value: { n: 1, m: 2 } });
  });

  it("says where a value does not fit", async () => {
    expect(await check(z.object({ a: z.object({ b: z.number() }) }), { a: { b: "x" } })).toEqual({
      issues: [{ path: "/a/b", message: expect.any(String) }],
    });
  });

  it("says the first few of many things", async () => {
    const all = Array.from({ length: 1_000 }, () => "x");
    const checked = await check(z.array(z.number()), all);
    expect("issues" in checked && checked.issues.length).toBe(20);
  });

  it.each([
    ["throws", () => fail()],
    ["rejects", async () => fail()],
  ])("takes a schema that %s for one that does not accept the value", async (_, validate) => {
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate } };
    expect(await check(schema, "x")).toEqual({ issues: [{ path: "", message: "Oh." }] });
  });

  it("cuts what a schema says at great length", async () => {
    const checked = await check(
      z.string().refine(() => false, "x".repeat(10_000)),
      "y",
    );
    expect("issues" in checked && checked.issues[0]?.message.length).toBe(500);
  });
});
