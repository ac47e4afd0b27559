import { expect, test } from "vitest";
import { mcp } from "./mcp.ts";
import type { McpOptions } from "./options.ts";

test.each<[string, object, RegExp]>([
  ["a name with a space", { name: "a b", command: "x" }, /`name`/],
  ["a name that would run into its tools'", { name: "a_", command: "x" }, /`name`/],
  ["a name with two _", { name: "a__b", command: "x" }, /`name`/],
  ["a long name", { name: "a".repeat(33), command: "x" }, /`name`/],
  ["no server at all", { name: "a" }, /exactly one/],
  ["two servers", { name: "a", command: "x", url: "http://x" }, /exactly one/],
  ["an address of another kind", { name: "a", url: "file:///x" }, /no http/],
  ["an address that is none", { name: "a", url: "localhost" }, /no http/],
  ["no time at all", { name: "a", command: "x", timeoutMs: 0 }, /no time/],
])("%s is refused at once", (_, options, message) => {
  expect(() => mcp(options as McpOptions)).toThrow(
    expect.objectContaining({ code: "invalid", message: expect.stringMatching(message) }),
  );
});

test("what works is not connected to yet", () => {
  expect(mcp({ name: "a-1_b", command: "/no/such/program" })).toMatchObject({
    kind: "mcp",
    name: "a-1_b",
  });
});
