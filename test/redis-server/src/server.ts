import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "./command.ts";

/** A `redis-server` of one's own: loopback only, with a directory of its own, gone with `stop`. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** One command by `redis-cli`, and what it printed. */
  cli(...args: readonly string[]): Promise<string>;
  /** As if the machine had lost power, unless another signal is named. */
  kill(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Begins to answer on the same port, with what the directory has. */
  start(): Promise<void>;
  /** Holds the process, connections and all, and lets it go on. */
  pause(): void;
  resume(): void;
  /** Kills it and removes what it wrote. */
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** Further settings, as in `redis.conf`. */
  readonly config?: { readonly [name: string]: string };
  /** A sentinel is told by a file what it is, and writes into it. */
  readonly file?: string;
  readonly port?: number;
  readonly args?: readonly string[];
}

/** Whatever ends this process first: no server outlives it. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** @throws Error that says how to install Redis, where there is none. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const program = command("redis-server");
  const port = options.port ?? (await freePort());
  const dir = await mkdtemp(join(tmpdir(), "runwire-redis-"));
  const config = { save: "", appendonly: "no", ...options.config };
  const settings = Object.entries({ ...config, port, dir, bind: "127.0.0.1" });
  const args =
    options.file === undefined
      ? settings.flatMap(([name, value]) => [`--${name}`, `${value}`])
      : [options.file, ...(options.args ?? [])];
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    running.add(child);
    await ready(child);
  }

  async function kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const dying = child;
    child = undefined;
    if (dying === undefined) return;
    const exited = new Promise((resolve) => dying.once("exit", resolve));
    dying.kill(signal);
    await exited;
    running.delete(dying);
  }

  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    cli: (...args) => cli(port, args),
    kill,
    start,
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    async stop() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = "";
    server.stdout?.on("data", (bytes) => {
      printed += bytes;
      if (/Ready to accept connections|Sentinel ID is/.test(printed)) resolve();
    });
    server.once("error", reject);
    server.once("exit", (code) =>
      reject(new Error(`redis-server ended with ${code}:\n${printed}`)),
    );
  });
}

async function cli(port: number, args: readonly string[]): Promise<string> {
  const child = spawn(command("redis-cli"), ["-p", `${port}`, ...args]);
  let printed = "";
  child.stdout.on("data", (bytes) => {
    printed += bytes;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`redis-cli ${args.join(" ")} ended with ${code}: ${printed}`);
  return printed.trim();
}

/** Cluster nodes also take the port 10,000 above theirs. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await listen(0);
    if (port !== undefined && port < 55_000 && (await listen(port + 10_000)) !== undefined) {
      return port;
    }
  }
}

function listen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen(port, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
