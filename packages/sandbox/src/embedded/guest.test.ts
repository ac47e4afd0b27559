import { describe, expect, test } from "vitest";
import type { RunOptions } from "../sandbox.ts";
import { runProgram } from "./exchange.ts";
import { startGuest } from "./guest.ts";

/* Guests that are no longer themselves: a program took them over, and says on the wire what it likes. */

const say =
  "const say = (m) => require('fs').writeSync(3, typeof m === 'string' ? m : JSON.stringify(m) + '\\n');";
const ready = "say({ type: 'ready' });";
const onRequest = (then: string) => `process.stdin.once('data', () => { ${then} });`;

function start(script: string, maxLineBytes = 10_000) {
  return startGuest({ file: process.execPath, args: ["-e", say + script] }, maxLineBytes);
}

const request = {
  type: "run",
  code: "",
  stdin: "",
  files: [],
  collect: [],
  tools: [],
  timeoutMs: 20_000,
  maxOutputBytes: 1_000,
} as const;

async function runIn(
  script: string,
  options: RunOptions = {},
  timeoutMs: number = request.timeoutMs,
) {
  const guest = await start(ready + onRequest(script));
  const slow = { wait: { execute: () => new Promise(() => {}) } };
  const result = await runProgram(guest, { ...request, timeoutMs }, options, slow);
  const { alive } = guest;
  await guest.kill();
  return { ...result, alive };
}

describe("startGuest", () => {
  test.each([
    ["ends", "process.stderr.write('no such module'); process.exitCode = 3", "(3): no such module"],
    ["says something odd", "say('hello\\n'); process.stdin.resume()", "something odd"],
    [
      "says another thing first",
      "say({ type: 'checked', issues: [] }); process.stdin.resume()",
      "something odd",
    ],
  ])("throws when the process %s", async (_, script, message) => {
    await expect(start(script)).rejects.toMatchObject({
      code: "unavailable",
      retryable: true,
      message: expect.stringContaining(message),
    });
  });

  test("throws when there is no such program", async () => {
    await expect(startGuest({ file: "/nowhere", args: [] }, 1)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("ENOENT"),
    });
  });
});

describe("a guest that was taken over", () => {
  test.each([
    ["says nonsense", "say('nonsense\\n')"],
    ["says what does not belong here", "say({ type: 'ready' })"],
    ["says a line without end", "say('x'.repeat(100_000))"],
    [
      "calls two tools at once",
      "say({ type: 'tool', name: 'wait', input: '{}' }); say({ type: 'tool', name: 'wait', input: '{}' })",
    ],
    ["ends", "process.exit(0)"],
    ["is killed", "process.kill(process.pid, 'SIGKILL')"],
    ["floods its own stdout", "setInterval(() => process.stdout.write('x'.repeat(100_000)), 0)"],
  ])("and %s crashed", async (_, script) => {
    const { error, stateLost, alive } = await runIn(script);
    expect(error).toMatchObject({ kind: "crashed" });
    expect({ stateLost, alive }).toEqual({ stateLost: true, alive: false });
  });

  test("and prints more than it may is killed at the limit", async () => {
    const script =
      "for (let n = 0; n < 100; n++) say({ type: 'output', stream: 'stdout', text: 'x'.repeat(100) })";
    const { error, stdout, truncated, alive } = await runIn(script);
    expect(error).toMatchObject({ kind: "output_limit" });
    expect({ length: stdout.length, truncated, alive }).toEqual({
      length: 1_000,
      truncated: true,
      alive: false,
    });
  });

  test("and never ends is killed after its time", async () => {
    const { error, alive } = await runIn("process.stdin.resume()", {}, 50);
    expect(error).toMatchObject({ kind: "timeout" });
    expect(alive).toBe(false);
  });

  test("and says that it stops, but does not, is killed", async () => {
    const { error } = await runIn(
      "say({ type: 'stopping', reason: 'output_limit' }); process.stdin.resume()",
    );
    expect(error).toMatchObject({ kind: "output_limit" });
  });

  test("cannot name files that lie elsewhere", async () => {
    const artifacts = ["../a", "/a", "a\\b", "ok/a"].map((path) => ({ path, data: "eA==" }));
    const { artifacts: given, truncated } = await runIn(
      `say({ type: 'done', artifacts: ${JSON.stringify(artifacts)}, truncated: false, fatal: false })`,
    );
    expect(given.map(({ path }) => path)).toEqual(["ok/a"]);
    expect(truncated).toBe(true);
  });

  test("ran out of memory when it says so with its last words", async () => {
    const script =
      "process.stderr.write('FATAL ERROR: JavaScript heap out of memory', () => process.abort())";
    expect((await runIn(script)).error).toMatchObject({ kind: "memory" });
  });
});
