import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** Another process that uses a log, and says a line for each thing that it knows to be done. */
export interface Program {
  readonly child: ChildProcessByStdio<null, Readable, null>;
  /** All lines so far. */
  readonly lines: readonly string[];
  /** Resolves once so many were said; rejects when the process ends before. */
  said(count: number): Promise<void>;
  /** Resolves once this line was said. */
  saidThat(line: string): Promise<void>;
  /** Resolves with exit code and signal when the process is gone and all that it said is in `lines`. */
  readonly gone: Promise<readonly [number | null, NodeJS.Signals | null]>;
}

/** Runs a program in a process of its own; a test that ends ends it. */
export function start(program: URL, ...args: readonly string[]): Program {
  const file = fileURLToPath(program);
  const child = spawn(process.execPath, ["--conditions=@runwire/source", file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const gone = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  const until = (happened: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!happened()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void gone.then(() => reject(new Error(`${file} ended after ${lines.length} lines.`)));
    });
  return {
    child,
    lines,
    gone,
    said: (count) => until(() => lines.length >= count),
    saidThat: (line) => until(() => lines.includes(line)),
  };
}
