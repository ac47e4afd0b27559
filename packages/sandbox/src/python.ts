import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { type Command, guestCommand } from "./embedded/command.ts";
import { type EmbeddedOptions, embeddedSandbox } from "./embedded/embedded-sandbox.ts";
import { defaultCacheDir, snapshotFile } from "./embedded/snapshot.ts";
import type { PythonGuestOptions } from "./guest/python-options.ts";
import { guestFile, guestFolder, guestHash } from "./guest-file.ts";
import { limitsOf } from "./limits.ts";
import type { Sandbox } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

export interface PythonOptions extends EmbeddedOptions {
  /** Where the snapshot of the interpreter is kept (31 MB). Default: `runwire` in the user's cache. */
  readonly cacheDir?: string;
}

/**
 * Python in this machine, without an account and without Python: CPython 3.14 as WebAssembly, with its standard
 * library, in a child process that may do nothing. Needs the package `pyodide` beside this one.
 *
 * @example
 * const sandbox = python({ limits: { timeoutMs: 5_000 } });
 */
export function python(options: PythonOptions = {}): Sandbox {
  const limits = limitsOf(options.limits);
  const { fileBytes, memoryMb } = limits;
  async function command(isolation: "process" | "os"): Promise<Command> {
    const { folder, version } = findPyodide();
    const program = (guest: PythonGuestOptions, more: readonly string[] = []) => ({
      script: guestFile("python"),
      options: guest,
      reads: [guestFolder, folder, ...more],
    });
    const build = program({ pyodide: folder, fileBytes, build: true });
    const name = `python-${version}-node-${process.versions.node}-${process.arch}-${guestHash()}.bin`;
    const snapshot = await snapshotFile(
      options.cacheDir ?? defaultCacheDir(),
      name,
      guestCommand({ ...build, memoryMb: 256, isolation: "process" }),
    );
    const started: PythonGuestOptions = { pyodide: folder, fileBytes };
    const run =
      snapshot === undefined ? program(started) : program({ ...started, snapshot }, [snapshot]);
    return guestCommand({ ...run, memoryMb, isolation });
  }
  return embeddedSandbox({ language: "python", limits, command }, options);
}

function findPyodide(): { readonly folder: string; readonly version: string } {
  try {
    const manifest = createRequire(import.meta.url).resolve("pyodide/package.json");
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    return { folder: join(dirname(manifest), sep), version };
  } catch (cause) {
    const message = "python() needs the package pyodide: `npm install pyodide`.";
    throw new SandboxError("unavailable", { message, cause });
  }
}
