import fc from "fast-check";
import { expect, test } from "vitest";
import { toolName } from "./tool-name.ts";

test("a valid name is kept, behind the server's", () => {
  expect(toolName("github", "create_issue")).toBe("github__create_issue");
});

test("any other is made valid and stays its own", () => {
  expect(toolName("a", "look up")).toMatch(/^a__look_up_[0-9a-z]{7}$/);
  expect(toolName("a", "look up")).not.toBe(toolName("a", "look.up"));
  expect(toolName("a", "x".repeat(80))).not.toBe(toolName("a", "x".repeat(81)));
});

test("no two tools of any servers have one name, and every model takes it", () => {
  const server = fc.stringMatching(/^[a-z_]{0,3}[a-z]$/).filter((name) => !name.includes("__"));
  const pair = fc.tuple(server, fc.string({ minLength: 1, unit: "binary", maxLength: 90 }));
  fc.assert(
    fc.property(pair, pair, ([a, x], [b, y]) => {
      expect(toolName(a, x)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(toolName(a, x) === toolName(b, y)).toBe(a === b && x === y);
    }),
  );
});
