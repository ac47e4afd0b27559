import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Hostile, Prey } from "./hostile.test.helper.ts";
import type { RunResult, Sandbox, SandboxContext } from "./sandbox.ts";

const secret = "the-secret-of-the-host";

/** What the sandbox under test is to be given. */
export const hostileLimits = { outputBytes: 50_000, fileBytes: 8_000_000 };

/**
 * Runs each program, and checks that it ends as it may, and that nothing noticed: not the host, its files, its server
 * and its processes, and not a program in the process beside it.
 */
export function hostileCases(
  make: () => Sandbox,
  programs: readonly Hostile[],
  /** Prints the text if it is in its right mind. */
  harmless: { readonly code: string; readonly stdout: string },
  /** Whether the next program gets a process that nobody used. */
  { fresh }: { readonly fresh: boolean },
): void {
  let prey: Prey;
  let server: Server;
  let bystander: ChildProcess;
  let connections = 0;
  let sandbox: Sandbox;
  let context: SandboxContext;
  let neighbour: SandboxContext;

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
    sandbox = make();
    [context, neighbour] = await Promise.all([sandbox.open(), sandbox.open()]);
  });

  afterAll(async () => {
    await sandbox.close();
    delete process.env.RUNWIRE_TEST_SECRET;
    bystander.kill();
    await Promise.all([once(bystander, "exit"), new Promise((resolve) => server.close(resolve))]);
    rmSync(prey.folder, { recursive: true });
  });

  test.each(programs)("$name", async ({ code, ends }) => {
    // Those that are to end by themselves get the time, however busy the machine is.
    const timeoutMs = ends.length === 1 && ends[0] === "timeout" ? 300 : 20_000;
    const result = await context.run(code(prey), { timeoutMs });
    expect(ends, tell(result)).toContain(result.error?.kind ?? "ok");
    const printed = Buffer.byteLength(result.stdout + result.stderr);
    expect(printed).toBeLessThanOrEqual(hostileLimits.outputBytes);
    expect(JSON.stringify(result)).not.toContain(secret);
    expect(result.stdout).not.toContain("planted");
    expect(connections).toBe(0);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    expect(readdirSync(prey.folder)).toEqual(["secret.txt"]);
    expect(readFileSync(prey.file, "utf8")).toBe(secret);
    const fine = { ok: true, stdout: harmless.stdout, stderr: "" };
    expect(await neighbour.run(harmless.code)).toMatchObject(fine);
    if (fresh) expect(await context.run(harmless.code, { fresh })).toMatchObject(fine);
  });
}

function tell({ error, stdout }: RunResult): string {
  return `${error?.kind}: ${error?.message}\n${error?.traceback}\n${stdout.slice(0, 500)}`;
}
