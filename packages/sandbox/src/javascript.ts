import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, guestCommand } from "./embedded/command.ts";
import { type EmbeddedOptions, embeddedSandbox } from "./embedded/embedded-sandbox.ts";
import type { JavascriptGuestOptions } from "./guest/javascript-options.ts";
import { guestFile, guestFolder } from "./guest-file.ts";
import { limitsOf } from "./limits.ts";
import type { Sandbox } from "./sandbox.ts";

export type JavascriptOptions = EmbeddedOptions;

const about =
  "Programs are scripts: use console.log, and await only within async functions; a promise as the last expression is awaited. There are no timers and no modules. readFile(path), readBytes(path), writeFile(path, data) and listFiles() work on files.";

/**
 * JavaScript in this machine: QuickJS as WebAssembly, in a child process that may do nothing. It knows the language
 * (ES2023) and neither Node nor the web; it starts and stops in a fraction of Python's time.
 *
 * @example
 * const sandbox = javascript({ limits: { memoryMb: 64 } });
 */
export function javascript(options: JavascriptOptions = {}): Sandbox {
  const limits = limitsOf(options.limits);
  const { memoryMb, fileBytes } = limits;
  async function command(isolation: "process" | "os"): Promise<Command> {
    const { modules, folders } = findQuickjs();
    const guest: JavascriptGuestOptions = { modules, memoryMb, fileBytes };
    return guestCommand({
      script: guestFile("javascript"),
      options: guest,
      reads: [guestFolder, ...folders],
      // The interpreter keeps the limit itself; this is room for the interpreter.
      memoryMb: memoryMb + 64,
      isolation,
    });
  }
  return embeddedSandbox({ language: "javascript", limits, command, about }, options);
}

const packages = ["quickjs-emscripten-core", "@jitl/quickjs-wasmfile-release-sync"] as const;
const shared = "@jitl/quickjs-ffi-types";

/** Both packages and the one that they share: all that the guest reads beside itself. */
function findQuickjs(): Pick<JavascriptGuestOptions, "modules"> & { readonly folders: string[] } {
  const { resolve } = createRequire(import.meta.url);
  const files = new Map<string, string>(packages.map((name) => [name, resolve(name)]));
  files.set(shared, createRequire(resolve(packages[0])).resolve(shared));
  const esm = (file: string): string => pathToFileURL(file.replace(/\.js$/, ".mjs")).href;
  return {
    modules: Object.fromEntries([...files].map(([name, file]) => [name, esm(file)])),
    folders: [...files.values()].map((file) => join(dirname(dirname(file)), sep)),
  };
}
