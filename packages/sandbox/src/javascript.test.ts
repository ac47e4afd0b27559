import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contractCases } from "./contract.test.helper.ts";
import { javascript } from "./javascript.ts";
import type { SandboxContext } from "./sandbox.ts";

describe("javascript() keeps the contract: it", () => {
  contractCases(() => javascript(), {
    print: (text) => `console.log("${text}")`,
    printError: (text) => `console.error("${text}")`,
    setX: "const x = 41; undefined",
    showX: "x",
    raise: `function f() { throw new RangeError("no") }\nf()`,
    raised: { name: "RangeError", message: "no" },
    broken: "function f(",
    loop: "while (true) {}",
    stdin: "console.log(stdin.trim())",
    copy: `writeFile("out/upper.txt", readFile("in.txt").toUpperCase())`,
    add: "add(1, 2)",
    fail: "try { fail() } catch (error) { console.log(error instanceof ToolError && error.message) }",
    wait: "wait()",
    die: undefined,
  });
});

describe("javascript()", () => {
  const sandbox = javascript();
  let context: SandboxContext;
  beforeAll(async () => {
    context = await sandbox.open();
  });
  afterAll(() => sandbox.close());

  test.each([
    ["undefined", undefined],
    [`"text"`, '"text"'],
    ["12n", "12n"],
    ["null", "null"],
    ["() => 1", "[Function anonymous]"],
    ["[1, { a: new Map([[1, new Set([2])]]) }]", "[1, { a: Map {1 => Set {2}} }]"],
    ["const loop = {}; loop.loop = loop; loop", "{ loop: [Circular] }"],
    ["new Date(0)", "1970-01-01T00:00:00.000Z"],
    ["new Uint8Array([1, 2])", "[1, 2]"],
    [`new TypeError("no")`, "TypeError: no"],
  ])("shows %s", async (code, shown) => {
    const { results, error } = await context.run(code);
    expect(error).toBeUndefined();
    expect(results.map(({ data }) => data)).toEqual(shown === undefined ? [] : [shown]);
  });

  test("awaits the promise that a program comes to", async () => {
    const { results } = await context.run("(async () => (await Promise.resolve(6)) * 7)()");
    expect(results).toMatchObject([{ data: "42" }]);
    const { error } = await context.run(`(async () => { throw new Error("late") })()`);
    expect(error).toMatchObject({ kind: "exception", message: "late" });
  });

  test("calls tools by position or by name", async () => {
    const own = await sandbox.open({
      tools: { pair: { parameters: ["a", "b"], execute: (input) => input } },
    });
    const code = "[pair(1, 2), pair({ b: 1 })].map((each) => JSON.stringify(each)).join()";
    expect((await own.run(code)).results).toMatchObject([
      { data: JSON.stringify('{"a":1,"b":2},{"b":1}') },
    ]);
    expect((await own.run("pair(1, 2, 3)")).error).toMatchObject({ name: "TypeError" });
    await own.close();
  });

  test("keeps bytes as they are", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
    const { artifacts, error } = await context.run(
      `writeFile("b/copy", readBytes("a").reverse())`,
      {
        files: { a: bytes },
        collect: ["**/copy"],
      },
    );
    expect(error).toBeUndefined();
    expect(artifacts).toEqual([{ path: "b/copy", data: bytes.toReversed() }]);
  });
});
