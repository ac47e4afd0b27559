import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contractCases } from "./contract.test.helper.ts";
import { bwrapWorks } from "./embedded/bwrap.ts";
import { python } from "./python.ts";
import { pythonPrograms } from "./python-programs.test.helper.ts";
import type { SandboxContext } from "./sandbox.ts";

describe("python() keeps the contract: it", () => {
  contractCases(() => python(), pythonPrograms);
});

describe("python()", () => {
  const sandbox = python();
  let context: SandboxContext;
  beforeAll(async () => {
    context = await sandbox.open();
  });
  afterAll(() => sandbox.close());

  test("has the standard library", async () => {
    const { stdout, error } = await context.run(`
import sqlite3, zoneinfo, decimal, unittest, hashlib, csv, statistics, dataclasses
print(sqlite3.connect(":memory:").execute("select 1 + 1").fetchone())
print(statistics.median([3, 1, 2]), decimal.Decimal("0.1") + decimal.Decimal("0.2"))`);
    expect(error).toBeUndefined();
    expect(stdout).toBe("(2,)\n2 0.3\n");
  });

  test.each([
    ["await", "import asyncio\nawait asyncio.sleep(0)\n42"],
    ["asyncio.run", "import asyncio\nasync def f():\n    return 42\nasyncio.run(f())"],
  ])("runs %s at the top level", async (_, code) => {
    expect((await context.run(code)).results).toEqual([{ mime: "text/plain", data: "42" }]);
  });

  test("is random in every process", async () => {
    const code = "import random, os\n(random.random(), os.urandom(8))";
    const first = await context.run(code);
    const second = await context.run(code, { fresh: true });
    expect(first.results).not.toEqual(second.results);
  });

  test("shows a value in its own forms, and displays more of them", async () => {
    const { results } = await context.run(`
class Plot:
    def _repr_png_(self): return b"\\x89PNG"
    def _repr_html_(self): return "<b>plot</b>"
    def __repr__(self): return "a plot"
display("before")
Plot()`);
    expect(results).toEqual([
      { mime: "text/plain", data: "'before'" },
      { mime: "image/png", data: "iVBORw==" },
      { mime: "text/html", data: "<b>plot</b>" },
      { mime: "text/plain", data: "a plot" },
    ]);
  });

  test("pickles and subclasses as a main module does", async () => {
    const { results, error } = await context.run(`
import pickle, dataclasses
@dataclasses.dataclass
class Point:
    x: int
(__name__, pickle.loads(pickle.dumps(Point(1))))`);
    expect(error).toBeUndefined();
    expect(results).toEqual([{ mime: "text/plain", data: "('__main__', Point(x=1))" }]);
  });

  test("names the program in which an error was made", async () => {
    await context.run("def f():\n    return 1 / 0", { fresh: true });
    const { error } = await context.run("f()");
    expect(error?.traceback).toBe(
      [
        "Traceback (most recent call last):",
        '  File "<program 2>", line 1, in <module>',
        "    f()",
        "    ~^^",
        '  File "<program>", line 2, in f',
        "    return 1 / 0",
        "           ~~^~~",
        "ZeroDivisionError: division by zero",
        "",
      ].join("\n"),
    );
  });

  test("exits with a code, which is an error unless it is 0", async () => {
    expect(await context.run("import sys; sys.exit()")).toMatchObject({ ok: true });
    expect((await context.run("exit(3)")).error).toMatchObject({ kind: "exit" });
  });

  test("gives each file once, whatever matches it", async () => {
    const { artifacts, error } = await context.run(
      `for name in ("b", "a"): open(name, "w").close()`,
      { collect: ["*", "a", "nothing"], fresh: true },
    );
    expect(error).toBeUndefined();
    expect(artifacts.map(({ path }) => path)).toEqual(["a", "b"]);
  });

  test("works without a folder for the snapshot", async () => {
    const folder = mkdtempSync(join(tmpdir(), "runwire-"));
    const file = join(folder, "file");
    writeFileSync(file, "");
    const slow = python({ cacheDir: file, warm: 0 });
    expect(await (await slow.open()).run("40 + 2")).toMatchObject({ ok: true });
    await slow.close();
    rmSync(folder, { recursive: true });
  });

  test("runs many programs at once, each in a process of its own", async () => {
    const contexts = await Promise.all(Array.from({ length: 6 }, () => sandbox.open()));
    const runs = contexts.map(async (each, n) => {
      await each.run(`x = ${n}`);
      return each.run("x");
    });
    const shown = (await Promise.all(runs)).map(({ results }) => results[0]?.data);
    expect(shown).toEqual(["0", "1", "2", "3", "4", "5"]);
    await Promise.all(contexts.map((each) => each.close()));
  });

  test("reports the isolation that it has", () => {
    expect(sandbox.caps.isolation).toBe(bwrapWorks() === undefined ? "process" : "os");
    expect(python({ isolation: "process" }).caps.isolation).toBe("process");
  });

  test.each([
    [{ limits: { memoryMb: 1 } }, "memoryMb is 1"],
    [{ limits: { timeoutMs: -1 } }, "timeoutMs is -1"],
    [{ concurrency: 0 }, "concurrency is 0"],
  ])("refuses %j", (options, message) => {
    expect(() => python(options)).toThrow(message);
  });
});
