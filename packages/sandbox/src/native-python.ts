import { existsSync, realpathSync } from "node:fs";
import { bwrapWorks, find } from "./embedded/bwrap.ts";
import type { Command } from "./embedded/command.ts";
import { type EmbeddedOptions, embeddedSandbox } from "./embedded/embedded-sandbox.ts";
import { nativeRunner } from "./guest/native-runner.ts";
import { limitsOf } from "./limits.ts";
import type { Limits, Sandbox } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

export interface NativePythonOptions extends Omit<EmbeddedOptions, "isolation"> {
  /** The interpreter. Default: `/usr/bin/python3`, or the first one on the PATH. Its installation is what programs see. */
  readonly python?: string;
}

/** Processes and threads of one program. */
const maxProcesses = 64;
const nobody = 65_534;

/**
 * The system's Python, with whatever is installed beside it, in namespaces of the operating system: Linux with
 * bubblewrap, or `unavailable`. Nothing but these namespaces stands between a program and the kernel: choose it for
 * speed and native packages, and `python()` for the second wall.
 *
 * @example
 * const sandbox = nativePython({ python: "/opt/venv/bin/python3" });
 */
export function nativePython({ python, ...options }: NativePythonOptions = {}): Sandbox {
  const limits = limitsOf(options.limits);
  const command = async (): Promise<Command> => nativeCommand(interpreter(python), limits);
  return embeddedSandbox({ language: "python", limits, command }, { ...options, isolation: "os" });
}

function interpreter(given: string | undefined): string {
  const known = given ?? find("python3", "/usr/bin") ?? find("python3");
  if (known !== undefined && existsSync(known)) return known;
  throw new SandboxError("unavailable", {
    message: "nativePython() found no python3. Install it, or name one by the option `python`.",
  });
}

function nativeCommand(python: string, { memoryMb, fileBytes }: Limits): Command {
  const bytes = memoryMb * 1024 * 1024;
  const own = {
    fileBytes,
    limits: {
      RLIMIT_AS: bytes,
      RLIMIT_NPROC: maxProcesses,
      RLIMIT_FSIZE: fileBytes,
      RLIMIT_CORE: 0,
    },
  };
  // Where the interpreter and what it links to are.
  const roots = ["/usr", "/lib", "/lib64", "/bin", "/etc/alternatives", "/etc/ld.so.cache"];
  const prefix = realpathSync(python).replace(/\/bin\/[^/]+$/, "");
  const reads = [...roots, ...(prefix.startsWith("/usr") ? [] : [prefix])];
  return {
    file: bwrapWorks() ?? "bwrap",
    args: [
      ["--unshare-all", "--unshare-user", "--uid", `${nobody}`, "--gid", `${nobody}`],
      ["--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"],
      [
        "--setenv",
        "HOME",
        "/work",
        "--setenv",
        "PATH",
        "/usr/bin:/bin",
        "--setenv",
        "LANG",
        "C.UTF-8",
      ],
      ...reads.map((path) => ["--ro-bind-try", path, path]),
      ["--proc", "/proc", "--dev", "/dev"],
      // Every disk has a size: they are the host's memory, also those that come with the others.
      ...["/work", "/dev/shm"].map((path) => ["--size", `${fileBytes}`, "--tmpfs", path]),
      ["--symlink", "/work", "/tmp", "--remount-ro", "/dev", "--remount-ro", "/"],
      ["--chdir", "/work", "--", python, "-I", "-c", nativeRunner, JSON.stringify(own)],
    ].flat(),
    // The kernel does not count root's processes, whatever root is called inside.
    ...(process.getuid?.() === 0 && { uid: nobody }),
  };
}
