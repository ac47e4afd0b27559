import { spawn } from "node:child_process";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { SandboxError } from "../sandbox-error.ts";
import type { Command } from "./command.ts";

/** Where snapshots are kept unless the sandbox is told otherwise. */
export function defaultCacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "runwire");
}

const building = new Map<string, Promise<string | undefined>>();

/**
 * The file of a snapshot with that name, built if it is not there: once in this process, and whoever else builds it
 * meanwhile replaces it by the same. `undefined` when the folder cannot be written: guests start slowly then.
 */
export function snapshotFile(
  folder: string,
  name: string,
  build: Command,
): Promise<string | undefined> {
  const file = join(folder, name);
  const known = building.get(file) ?? ensure(folder, file, build);
  building.set(file, known);
  // A failure is tried again.
  known.catch(() => building.delete(file));
  return known;
}

async function ensure(folder: string, file: string, build: Command): Promise<string | undefined> {
  if (await exists(file)) return file;
  const own = `${file}.${process.pid}.part`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(own, "", { mode: 0o600 });
  } catch {
    return undefined;
  }
  try {
    await writeFile(own, await output(build));
    await rename(own, file);
  } finally {
    await rm(own, { force: true });
  }
  return file;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    ({ size }) => size > 0,
    () => false,
  );
}

/** All that the process writes to fd 3. */
async function output({ file, args }: Command): Promise<Buffer> {
  const child = spawn(file, args, {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: {},
    cwd: "/",
  });
  const wire = child.stdio[3] as Readable;
  const chunks: Buffer[] = [];
  let stderr = "";
  wire.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0 && chunks.length > 0) return Buffer.concat(chunks);
  throw new SandboxError("unavailable", {
    message: `Building the snapshot of the interpreter failed (${code}): ${stderr.trim()}`,
  });
}
