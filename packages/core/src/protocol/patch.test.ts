import { describe, expect, it } from "vitest";
import type { PatchOperation } from "./events.ts";
import type { Json } from "./json.ts";
import { applyPatch } from "./patch.ts";
import { ProtocolError } from "./protocol-error.ts";

type Case = readonly [name: string, document: Json, patch: readonly PatchOperation[], result: Json];

/** RFC 6902, appendix A: the ones that apply. A.11 (an unrecognized member) is the last. */
const applied: readonly Case[] = [
  [
    "A.1 adds an object member",
    { foo: "bar" },
    [{ op: "add", path: "/baz", value: "qux" }],
    { baz: "qux", foo: "bar" },
  ],
  [
    "A.2 adds an array element",
    { foo: ["bar", "baz"] },
    [{ op: "add", path: "/foo/1", value: "qux" }],
    { foo: ["bar", "qux", "baz"] },
  ],
  [
    "A.3 removes an object member",
    { baz: "qux", foo: "bar" },
    [{ op: "remove", path: "/baz" }],
    { foo: "bar" },
  ],
  [
    "A.4 removes an array element",
    { foo: ["bar", "qux", "baz"] },
    [{ op: "remove", path: "/foo/1" }],
    { foo: ["bar", "baz"] },
  ],
  [
    "A.5 replaces a value",
    { baz: "qux", foo: "bar" },
    [{ op: "replace", path: "/baz", value: "boo" }],
    { baz: "boo", foo: "bar" },
  ],
  [
    "A.6 moves a value",
    { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
    [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
    { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
  ],
  [
    "A.7 moves an array element",
    { foo: ["all", "grass", "cows", "eat"] },
    [{ op: "move", from: "/foo/1", path: "/foo/3" }],
    { foo: ["all", "cows", "eat", "grass"] },
  ],
  [
    "A.8 tests a value",
    { baz: "qux", foo: ["a", 2, "c"] },
    [
      { op: "test", path: "/baz", value: "qux" },
      { op: "test", path: "/foo/1", value: 2 },
    ],
    { baz: "qux", foo: ["a", 2, "c"] },
  ],
  [
    "A.10 adds a nested object",
    { foo: "bar" },
    [{ op: "add", path: "/child", value: { grandchild: {} } }],
    { foo: "bar", child: { grandchild: {} } },
  ],
  [
    "A.11 ignores unrecognized elements",
    { foo: "bar" },
    [{ op: "add", path: "/baz", value: "qux", xyz: 123 } as PatchOperation],
    { foo: "bar", baz: "qux" },
  ],
  [
    "A.14 reads ~01 as ~1",
    { "/": 9, "~1": 10 },
    [{ op: "test", path: "/~01", value: 10 }],
    { "/": 9, "~1": 10 },
  ],
  [
    "A.16 adds an array value at the end",
    { foo: ["bar"] },
    [{ op: "add", path: "/foo/-", value: ["abc", "def"] }],
    { foo: ["bar", ["abc", "def"]] },
  ],
  ["replaces the whole document", { a: 1 }, [{ op: "add", path: "", value: [1] }], [1]],
  ["removes the whole document", { a: 1 }, [{ op: "remove", path: "" }], null],
  [
    "copies",
    { a: { b: [1] } },
    [{ op: "copy", from: "/a/b", path: "/c" }],
    { a: { b: [1] }, c: [1] },
  ],
  ["moves onto itself", { a: 1 }, [{ op: "move", from: "/a", path: "/a" }], { a: 1 }],
  ["adds over a member", { a: 1 }, [{ op: "add", path: "/a", value: 2 }], { a: 2 }],
  ["has keys that are empty", { "": 1 }, [{ op: "remove", path: "/" }], {}],
  [
    "tests objects in any order of keys, and deeply",
    { a: { x: [1, { y: null }], z: 0 } },
    [{ op: "test", path: "/a", value: { z: 0, x: [1, { y: null }] } }],
    { a: { x: [1, { y: null }], z: 0 } },
  ],
];

const refused: readonly (readonly [name: string, Json, PatchOperation, path: string])[] = [
  ["A.9 a test that fails", { baz: "qux" }, { op: "test", path: "/baz", value: "bar" }, "/baz"],
  [
    "A.12 adding to a target that is not there",
    { foo: "bar" },
    { op: "add", path: "/baz/bat", value: "qux" },
    "/baz/bat",
  ],
  [
    "A.15 a number is not its text",
    { "/": 9, "~1": 10 },
    { op: "test", path: "/~01", value: "10" },
    "/~01",
  ],
  ["removing what is not there", {}, { op: "remove", path: "/a" }, "/a"],
  ["removing what only the prototype has", {}, { op: "remove", path: "/toString" }, "/toString"],
  ["replacing what is not there", [], { op: "replace", path: "/0", value: 1 }, "/0"],
  ["replacing at the end", [1], { op: "replace", path: "/-", value: 1 }, "/-"],
  ["an index beyond the end", [1], { op: "add", path: "/2", value: 1 }, "/2"],
  ["an index with a zero before it", [1, 2], { op: "replace", path: "/01", value: 1 }, "/01"],
  ["an index that is none", [1], { op: "add", path: "/a", value: 1 }, "/a"],
  ["the length of an array", [1], { op: "test", path: "/length", value: 1 }, "/length"],
  ["adding to a text", { a: "b" }, { op: "add", path: "/a/0", value: 1 }, "/a/0"],
  ["moving into itself", { a: { b: 1 } }, { op: "move", from: "/a", path: "/a/b" }, "/a/b"],
  ["moving from nowhere", {}, { op: "move", from: "/a", path: "/b" }, "/a"],
  ["a pointer without a slash", { a: 1 }, { op: "remove", path: "a" }, "a"],
  ["a tilde that escapes nothing", { "~": 1 }, { op: "remove", path: "/~" }, "/~"],
  ["testing an object against an array", { a: {} }, { op: "test", path: "/a", value: [] }, "/a"],
  ["an unknown operation", {}, { op: "merge", path: "/a" } as never, "/a"],
  ...["__proto__", "constructor", "prototype"].flatMap((key) => [
    [`adding ${key}`, {}, { op: "add", path: `/${key}`, value: 1 }, `/${key}`] as const,
    [`going through ${key}`, {}, { op: "add", path: `/${key}/a`, value: 1 }, `/${key}/a`] as const,
    [`copying from ${key}`, {}, { op: "copy", from: `/${key}`, path: "/a" }, `/${key}`] as const,
  ]),
];

describe("a patch that applies", () => {
  it.each(applied)("%s", (_, document, patch, result) => {
    const before = JSON.stringify(document);
    expect(applyPatch(document, patch)).toEqual(result);
    expect(JSON.stringify(document)).toBe(before);
  });

  it("shares what it does not touch", () => {
    const document = { a: { x: [1] }, b: [{ c: 1 }, { d: 2 }] };
    const result = applyPatch(document, [
      { op: "replace", path: "/b/1/d", value: 3 },
    ]) as typeof document;
    expect(result.a).toBe(document.a);
    expect(result.b[0]).toBe(document.b[0]);
    expect(result.b[1]).toEqual({ d: 3 });
  });
});

describe("a patch that does not apply", () => {
  it.each(refused)("%s", (_, document, operation, path) => {
    const before = JSON.stringify(document);
    const first: PatchOperation = { op: "test", path: "", value: document };
    let thrown: unknown;
    try {
      applyPatch(document, [first, operation]);
    } catch (error) {
      thrown = error;
    }
    expect(ProtocolError.is(thrown)).toBe(true);
    expect(thrown).toMatchObject({ code: "patch", path });
    expect(JSON.stringify(document)).toBe(before);
    expect({}).not.toHaveProperty("a");
  });
});
