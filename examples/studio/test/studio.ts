import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "vite";

const root = join(import.meta.dirname, "..");

/** Builds the page out of the sources of all packages, as `npm start` does out of the built ones. */
export async function buildPage(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "studio-page-"));
  await build({
    root,
    logLevel: "error",
    resolve: {
      conditions: ["@runwire/source", "module", "browser", "development|production"],
    },
    build: { outDir, emptyOutDir: true },
  });
  return outDir;
}

export interface Studio {
  readonly url: string;
  readonly port: number;
  /** The folder of its notes. */
  readonly notes: string;
  /** The folder of its runs. */
  readonly data: string;
  readonly process: ChildProcess;
  /** Resolves when the process is gone, with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface StudioOptions {
  /** Default: one that is free. */
  readonly port?: number;
  /** The folder of its runs. Default: one of its own, which goes with it. */
  readonly data?: string;
  readonly env?: Record<string, string>;
}

/** Starts the server's own entry. */
export async function startStudio(
  page: string,
  { port = 0, env = {}, ...options }: StudioOptions = {},
): Promise<Studio> {
  const own = await mkdtemp(join(tmpdir(), "studio-"));
  const notes = join(own, "notes");
  await mkdir(notes);
  const data = options.data ?? join(own, "data");
  const child = runMain({
    STUDIO_PAGE: page,
    STUDIO_NOTES: notes,
    STUDIO_DATA: data,
    PORT: `${port}`,
    ...env,
  });
  const exited = once(child, "exit");
  child.stderr.pipe(process.stderr);
  const url = await Promise.race([
    lineWith(child, /http:\S+/),
    exited.then(([code]) => {
      throw new Error(`The studio exited with ${code} before it listened.`);
    }),
  ]);
  return {
    url,
    port: Number(new URL(url).port),
    notes,
    data,
    process: child,
    async stop(signal = "SIGKILL") {
      child.kill(signal);
      await exited;
      await rm(own, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

/** The process of `npm start`, without a key and against the packages' sources. */
export function runMain(env: Record<string, string>) {
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, ...rest } = process.env;
  return spawn(
    process.execPath,
    ["--conditions=@runwire/source", join(root, "src/server/main.ts")],
    { env: { ...rest, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
}

async function lineWith(child: ChildProcess, pattern: RegExp): Promise<string> {
  if (child.stdout === null) throw new Error("The process has no stdout.");
  // Read on to the end: a pipe that nobody empties blocks who writes into it.
  return new Promise((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const match = pattern.exec(line);
      if (match !== null) resolve(match[0]);
    });
  });
}
