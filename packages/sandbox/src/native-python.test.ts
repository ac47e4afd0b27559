import { describe, expect, test } from "vitest";
import { contractCases } from "./contract.test.helper.ts";
import { hostileCases, hostileLimits as limits } from "./hostile-cases.test.helper.ts";
import { nativePrograms } from "./hostile-native.test.helper.ts";
import { nativePython } from "./native-python.ts";
import { pythonPrograms } from "./python-programs.test.helper.ts";
import { requireBwrap } from "./require-bwrap.test.helper.ts";

const there = requireBwrap();

describe.runIf(there)("nativePython() keeps the contract: it", () => {
  contractCases(() => nativePython(), pythonPrograms);
});

describe.runIf(there)("Native Python: a program that", () => {
  const harmless = {
    code: "import json, math, os\nprint(json.loads('[1]'), math.floor(2.5), sorted(os.listdir()))",
    stdout: "[1] 2 []\n",
  };
  hostileCases(() => nativePython({ limits }), nativePrograms, harmless, { fresh: true });
});

describe.runIf(there)("nativePython()", () => {
  test("tells in order what the program and its child processes print", async () => {
    const sandbox = nativePython();
    const context = await sandbox.open();
    const code = `
import subprocess
print("before")
subprocess.run(["echo", "child"])
print("after")
subprocess.run(["sh", "-c", "echo late >&2"])`;
    const { stdout, stderr, error } = await context.run(code);
    expect(error).toBeUndefined();
    expect([stdout, stderr]).toEqual(["before\nchild\nafter\n", "late\n"]);
    await sandbox.close();
  });

  test.each([
    ["await", "import asyncio\nawait asyncio.sleep(0)\n42"],
    ["asyncio.run", "import asyncio\nasync def f():\n    return 42\nasyncio.run(f())"],
  ])("runs %s at the top level", async (_, code) => {
    const sandbox = nativePython();
    const context = await sandbox.open();
    expect((await context.run(code)).results).toEqual([{ mime: "text/plain", data: "42" }]);
    await sandbox.close();
  });

  test("says when there is no such interpreter", async () => {
    const sandbox = nativePython({ python: "/nowhere/bin/python3" });
    await expect((await sandbox.open()).run("1")).rejects.toMatchObject({ code: "unavailable" });
    await sandbox.close();
  });
});
