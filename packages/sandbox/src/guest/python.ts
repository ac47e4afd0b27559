import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { channel, writeAll } from "./channel.ts";
import { clock } from "./clock.ts";
import { guestOutput } from "./output.ts";
import { pythonEngine } from "./python-engine.ts";
import type { PythonGuestOptions } from "./python-options.ts";
import { pythonRunner } from "./python-runner.ts";
import { serve } from "./serve.ts";
import { strip } from "./strip.ts";
import { ownTimers } from "./timers.ts";

/* The process in which Python runs. */

const options = JSON.parse(process.argv[2] ?? "{}") as PythonGuestOptions;
// Whatever is needed of the process is taken before it is stripped.
const { reallyExit } = process as unknown as { reallyExit(code: number): never };
const exit = (code: number): never => reallyExit.call(process, code);
// Pyodide asks it for constants that it does not use, and Node's permissions refuse the question.
Object.assign(process, { binding: () => ({ fs: {}, os: {} }) });
const deadlines = { setTimeout, clearTimeout };
const timers = ownTimers();

const { href } = pathToFileURL(`${options.pyodide}pyodide.mjs`);
const { loadPyodide } = (await import(href)) as typeof import("pyodide");
const python = await loadPyodide({
  indexURL: options.pyodide,
  env: { HOME: "/home/pyodide", LANG: "C.UTF-8" },
  // What `import js` finds.
  jsglobals: { Object, AbortController, clearTimeout, setTimeout },
  ...(options.build && { _makeSnapshot: true }),
  ...(options.snapshot !== undefined && { _loadSnapshot: fs.readFileSync(options.snapshot) }),
});
if (options.snapshot === undefined) python.runPython(pythonRunner);

if (options.build) {
  writeAll(3, python.makeMemorySnapshot());
} else {
  const wire = channel();
  const time = clock(wire, () => exit(124));
  const output = guestOutput(wire, time);
  const place = { wire, time, output, timers, deadlines, exit };
  const engine = await pythonEngine(python, options.fileBytes, place);
  // What a program throws in a timer of its own is not the next program's concern.
  process.on("uncaughtException", () => {});
  // A fatal error: what follows is Pyodide's, not the program's.
  strip(output.mute);
  await serve(engine, wire, time, output);
}
exit(0);
