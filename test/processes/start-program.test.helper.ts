import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** A process that says what it knows in lines. */
export interface Program {
  readonly pid: number;
  /** All that it has said. */
  readonly lines: readonly string[];
  /** Resolves with the first line that begins so; rejects when the process ends before. */
  said(beginning: string): Promise<string>;
  tell(line: string): void;
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** Exit code and signal, once the process is gone and all that it said is in `lines`. */
  readonly gone: Promise<readonly [number | null, NodeJS.Signals | null]>;
}

/** Most of what a process does at its start is to compile the same files again. */
const compiled = fileURLToPath(new URL("../../.cache/processes", import.meta.url));

/** Whatever ends this process first: none of these outlives it, not even one that is stopped. */
const running = new Set<ChildProcessByStdio<Writable, Readable, null>>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export function startProgram(program: URL, options: unknown): Program {
  const args = ["--conditions=@runwire/source", fileURLToPath(program), JSON.stringify(options)];
  const child = spawn(process.execPath, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  running.add(child);
  // It may be gone before it has read what it is told.
  child.stdin.on("error", () => {});
  const gone = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  void gone.then(() => running.delete(child));
  const lines: string[] = [];
  const looks = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    for (const look of looks) look();
  });
  return {
    pid: child.pid ?? 0,
    lines,
    said: (beginning) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = lines.find((one) => one.startsWith(beginning));
          if (line === undefined) return;
          looks.delete(look);
          resolve(line);
        };
        looks.add(look);
        look();
        void gone.then(() =>
          reject(new Error(`It ended without "${beginning}", after:\n${lines.join("\n")}`)),
        );
      }),
    tell: (line) => void child.stdin.write(`${line}\n`),
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
    gone,
  };
}
