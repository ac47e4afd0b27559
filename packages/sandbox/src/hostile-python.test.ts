import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Hostile, Prey } from "./hostile.test.helper.ts";
import { breaking } from "./hostile-breaking.test.helper.ts";
import { greedy } from "./hostile-greedy.test.helper.ts";
import { reaching } from "./hostile-reaching.test.helper.ts";
import { python } from "./python.ts";
import { requireBwrap } from "./require-bwrap.test.helper.ts";
import type { RunResult, SandboxContext } from "./sandbox.ts";

const secret = "the-secret-of-the-host";
const limits = { outputBytes: 50_000, fileBytes: 8_000_000 };
const levels = requireBwrap() ? (["process", "os"] as const) : (["process"] as const);

let prey: Prey;
let server: Server;
let bystander: ChildProcess;
let connections = 0;

beforeAll(async () => {
  process.env.RUNWIRE_TEST_SECRET = secret;
  const folder = mkdtempSync(join(tmpdir(), "runwire-prey-"));
  const file = join(folder, "secret.txt");
  writeFileSync(file, secret);
  server = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  bystander = spawn(process.execPath, ["-e", "process.stdin.resume()"], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  await Promise.all([once(server, "listening"), once(bystander, "spawn")]);
  const { port } = server.address() as AddressInfo;
  prey = { file, folder, port, pids: [process.pid, bystander.pid as number] };
});

afterAll(async () => {
  delete process.env.RUNWIRE_TEST_SECRET;
  bystander.kill();
  await Promise.all([once(bystander, "exit"), new Promise((resolve) => server.close(resolve))]);
  rmSync(prey.folder, { recursive: true });
});

/** Runs it, and checks that nothing outside noticed: neither the host nor a program in the next process. */
async function survives(
  { code, ends }: Hostile,
  context: SandboxContext,
  neighbour: SandboxContext,
): Promise<void> {
  // Those that are to end by themselves get the time, however busy the machine is.
  const timeoutMs = ends.length === 1 && ends[0] === "timeout" ? 300 : 20_000;
  const result = await context.run(code(prey), { timeoutMs });
  expect(ends, describeEnd(result)).toContain(result.error?.kind ?? "ok");
  expect(result.stdout.length + result.stderr.length).toBeLessThanOrEqual(limits.outputBytes);
  expect(JSON.stringify(result)).not.toContain(secret);
  expect(result.stdout).not.toContain("planted");
  expect(connections).toBe(0);
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  expect(readdirSync(prey.folder)).toEqual(["secret.txt"]);
  expect(readFileSync(prey.file, "utf8")).toBe(secret);
  expect(await neighbour.run(harmless)).toMatchObject(fine);
}

const harmless =
  "import json, math, os, random\nprint(json.loads('[1]'), math.floor(2.5), sorted(os.listdir()))";
const fine = { ok: true, stdout: "[1] 2 []\n", stderr: "" };

function describeEnd({ error, stdout }: RunResult): string {
  return `${error?.kind}: ${error?.message}\n${error?.traceback}\n${stdout.slice(0, 500)}`;
}

describe.each(levels)("Python isolated by %s: a program that", (isolation) => {
  const sandbox = python({ isolation, limits });
  let context: SandboxContext;
  let neighbour: SandboxContext;
  beforeAll(async () => {
    [context, neighbour] = await Promise.all([sandbox.open(), sandbox.open()]);
  });
  afterAll(() => sandbox.close());

  test.each(reaching)("$name", (program) => survives(program, context, neighbour));
});

describe("Python: a program that", () => {
  const sandbox = python({ limits });
  let context: SandboxContext;
  let neighbour: SandboxContext;
  beforeAll(async () => {
    [context, neighbour] = await Promise.all([sandbox.open(), sandbox.open()]);
  });
  afterAll(() => sandbox.close());

  test.each([...greedy, ...breaking])("$name", async (program) => {
    await survives(program, context, neighbour);
    // The next one of this context has a process of its own, in which nothing is planted.
    expect(await context.run(harmless, { fresh: true })).toMatchObject(fine);
  });
});
