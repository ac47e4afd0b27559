import { realpathSync } from "node:fs";
import { bwrapArguments, bwrapWorks } from "./bwrap.ts";

/** A process that runs what nobody trusts. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Whose process it is. Default: this one's. */
  readonly uid?: number;
}

export interface GuestProgram {
  readonly script: string;
  readonly options: object;
  /** The files, and folders with a slash at their end, that it may read. */
  readonly reads: readonly string[];
  readonly memoryMb: number;
  readonly isolation: "process" | "os";
}

/** What Node itself takes up, in MB, with its reserves for compiled code. */
const nodeMb = 900;

/**
 * Node without authority: no files but those it is made of, no child processes, workers, addons or inspector, no code
 * from strings, and bounds on both memories. The kernel holds what Node does not: all private memory together, no
 * written files, no core dumps; and, isolated by the operating system, no network and nobody else's processes.
 */
export function guestCommand({
  script,
  options,
  reads,
  memoryMb,
  isolation,
}: GuestProgram): Command {
  const node = realpathSync(process.execPath);
  const own = [
    node,
    "--permission",
    ...reads.map((path) => `--allow-fs-read=${path}`),
    "--disallow-code-generation-from-strings",
    `--wasm-max-mem-pages=${memoryMb * 16}`,
    "--max-old-space-size=128",
    "--no-warnings",
    script,
    JSON.stringify(options),
  ];
  if (process.platform === "win32") return { file: node, args: own.slice(1) };
  const memory = process.platform === "linux" ? `ulimit -d ${(nodeMb + memoryMb) * 1024} && ` : "";
  const inside =
    isolation === "os"
      ? [bwrapWorks() ?? "bwrap", ...bwrapArguments([node, ...reads]), ...own]
      : own;
  return {
    file: "/bin/sh",
    args: ["-c", `ulimit -c 0 && ulimit -f 0 && ${memory}exec "$@"`, "guest", ...inside],
  };
}
