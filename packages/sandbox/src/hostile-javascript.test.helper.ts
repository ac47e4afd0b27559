import { type Hostile, hostile } from "./hostile.test.helper.ts";

/** Programs that nobody should run, in JavaScript. */
export const javascriptPrograms: readonly Hostile[] = [
  hostile(
    "looks for Node",
    ["ok"],
    `
for (const name of ["process", "require", "module", "Buffer", "fetch", "WebSocket", "std", "os", "WebAssembly", "Deno"]) {
  if (name in globalThis) throw new Error(name);
}`,
  ),
  hostile("imports Node", ["exception"], `import("node:fs")`),
  hostile("imports what QuickJS brings", ["exception"], `import("os")`),
  hostile(
    "makes a function of a text",
    ["exception"],
    `
const root = (() => {}).constructor("return this")();
root.process.exit()`,
  ),
  hostile(
    "goes by way of the functions that it is given",
    ["exception"],
    `
console.log.constructor("return process")().exit()`,
  ),
  hostile("reads a file", ["exception"], ({ file }) => `readFile(${JSON.stringify(file)})`),
  hostile(
    "climbs out of its files",
    ["exception"],
    ({ file }) => `readFile("../../../../..${file}")`,
  ),
  hostile(
    "writes outside",
    ["ok"],
    ({ folder }) => `writeFile("${folder}/planted", "x"); writeFile("../planted", "x")`,
  ),
  hostile("loops", ["timeout"], "while (true) {}"),
  hostile(
    "loops and catches everything",
    ["timeout"],
    "while (true) { try { while (true) {} } catch {} finally { continue; } }",
  ),
  hostile("backtracks", ["timeout"], `/^(a+)+$/.test("a".repeat(40) + "b")`),
  hostile(
    "never comes to the end of its promises",
    ["timeout"],
    "const f = () => Promise.resolve().then(f); f()",
  ),
  hostile("waits for itself", ["ok"], "new Promise(() => {})"),
  hostile(
    "waits in memory",
    ["exception", "timeout"],
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
  ),
  hostile(
    "generates without end",
    ["timeout"],
    "function* f() { while (true) yield 1 }\nfor (const x of f());",
  ),
  hostile("keeps its own representation busy", ["timeout"], "({ get x() { while (true) {} } })"),
  hostile(
    "throws what cannot be shown",
    ["exception", "timeout", "crashed"],
    "throw { get name() { while (true) {} }, get message() { throw 1 } }",
  ),
  hostile("throws nothing", ["exception"], "throw undefined"),
  hostile("allocates", ["memory"], "const kept = []; while (true) kept.push(new Uint8Array(1e6))"),
  hostile("allocates at once", ["memory", "exception"], "new ArrayBuffer(4e9)"),
  hostile("doubles a text", ["memory", "exception"], `let text = "a"; while (true) text += text`),
  hostile(
    "computes a large number",
    ["timeout", "memory", "exception"],
    "let n = 3n; while (true) n = n ** 3n",
  ),
  hostile("recurses", ["exception"], "const f = () => f(); f()"),
  hostile(
    "recurses through a proxy",
    ["exception"],
    "const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x",
  ),
  hostile("nests without end", ["exception", "syntax", "crashed"], `eval("[".repeat(1e6))`),
  hostile("parses without end", ["exception", "crashed"], `JSON.parse("[".repeat(1e6))`),
  hostile("prints", ["output_limit"], `while (true) console.log("a".repeat(1000))`),
  hostile(
    "prints errors whatever it is told",
    ["output_limit"],
    `while (true) { try { console.error("a") } catch {} }`,
  ),
  hostile("displays", ["output_limit"], `while (true) display("a".repeat(10_000))`),
  hostile(
    "fills the disk",
    ["exception"],
    `for (let n = 0; ; n++) writeFile("a" + n, new Uint8Array(1e6))`,
  ),
  hostile(
    "fills it with many files",
    ["exception"],
    `for (let n = 0; ; n++) writeFile("a" + n, "")`,
  ),
  hostile(
    "pollutes prototypes",
    ["ok"],
    `
Object.prototype.toJSON = () => "planted";
Object.prototype.error = "planted";
Array.prototype.map = () => "planted";
Promise.prototype.then = () => console.log("planted");
String.prototype.toString = () => "planted";`,
  ),
  hostile(
    "replaces the functions that call it",
    ["ok"],
    `
JSON.parse = JSON.stringify = () => "planted";
globalThis.display = globalThis.console = null;
Object.defineProperty(globalThis, "stdin", { value: "planted", writable: false });
Object.freeze(globalThis);`,
  ),
  hostile(
    "leaves promises behind",
    ["ok"],
    `
Promise.resolve().then(() => 0);
globalThis.late = new FinalizationRegistry(() => console.log("planted"));
late.register({});
undefined`,
  ),
];
