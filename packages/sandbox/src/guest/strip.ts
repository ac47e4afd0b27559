import childProcess from "node:child_process";
import dgram from "node:dgram";
import { createRequire, syncBuiltinESMExports } from "node:module";
import net from "node:net";

/** Modules that reach beyond this process, or tell of the machine. Files are left to Node's permissions. */
const modules = [
  "child_process",
  "cluster",
  "dgram",
  "dns",
  "dns/promises",
  "http",
  "http2",
  "https",
  "inspector",
  "inspector/promises",
  "net",
  "os",
  "tls",
  "v8",
  "vm",
  "worker_threads",
];

/** What an interpreter finds of a JavaScript host. Emscripten writes its exit code into `process`. */
const globals = [
  "EventSource",
  "WebSocket",
  "XMLHttpRequest",
  "fetch",
  "gc",
  "localStorage",
  "navigator",
  "process",
  "sessionStorage",
];

/**
 * Takes from this process what a program could use once it is JavaScript, which any Python can become. Together with
 * `--disallow-code-generation-from-strings` there is then nothing left to call and no way to write new code. It is
 * hardening and no boundary: Node was not made to be one. An interpreter that complains on the console calls
 * `onComplaint`.
 */
export function strip(onComplaint: () => void): void {
  const require = createRequire(import.meta.url);
  // All of them are loaded first: some need others as they are.
  const loaded = modules.map((name) => require(`node:${name}`) as object);
  for (const { prototype, methods } of instances()) {
    for (const method of methods) replace(prototype, method);
  }
  for (const exported of loaded) {
    for (const key of Object.keys(exported)) replace(exported, key);
  }
  replace(childProcess, "spawnSync", () => ({ status: 127, signal: null }));
  syncBuiltinESMExports();
  for (const name of globals) define(globalThis, name, undefined);
  define(globalThis, "process", {});
  // The real one leads to this process's streams.
  const quiet = (): void => {};
  const consoleOf = { log: quiet, info: quiet, debug: quiet, warn: quiet, error: onComplaint };
  define(globalThis, "console", consoleOf);
}

/** Objects of these classes may be lying about, such as this process's own streams. */
function instances(): { prototype: object; methods: string[] }[] {
  return [
    { prototype: net.Socket.prototype, methods: ["connect"] },
    { prototype: net.Server.prototype, methods: ["listen"] },
    { prototype: dgram.Socket.prototype, methods: ["bind", "connect", "send"] },
    { prototype: childProcess.ChildProcess.prototype, methods: ["kill", "spawn"] },
  ];
}

function replace(object: object, key: string, value: unknown = refuse): void {
  if (typeof Reflect.get(object, key) === "function") define(object, key, value);
}

function define(object: object, key: string, value: unknown): void {
  const { configurable = true, writable = true } =
    Object.getOwnPropertyDescriptor(object, key) ?? {};
  if (configurable) {
    Object.defineProperty(object, key, { value, configurable: true, writable: true });
  } else if (writable) {
    Reflect.set(object, key, value);
  }
}

function refuse(): never {
  throw new Error("A sandboxed program cannot do this.");
}
