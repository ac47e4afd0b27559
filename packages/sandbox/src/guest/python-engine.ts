import type { PyodideAPI } from "pyodide";
import type { SyntaxIssue } from "../sandbox.ts";
import type { Place } from "./place.ts";
import { limitDisk, type VirtualDisk } from "./quota.ts";
import { crashed, type Engine, type Outcome } from "./serve.ts";
import { graceMs, type RunRequest, type ToolReply } from "./wire.ts";

/** Python's event loop needs timers of its own, and is stopped by those of the process. */
export interface PythonPlace extends Place {
  readonly timers: { forget(): void };
  readonly deadlines: Pick<typeof globalThis, "setTimeout" | "clearTimeout">;
}

/** After a snapshot, which froze what was random. */
const begin = `
import random, types
random.seed()
sys.modules["__main__"] = types.ModuleType("__main__")
sys.stdout.reconfigure(line_buffering=True)
_loop = asyncio.get_event_loop()
_loop._keyboard_interrupt_handler = lambda: None
_loop._system_exit_handler = lambda code: None
`;

/** Of Pyodide 314; what is not public. */
interface Internals {
  readonly _api: { on_fatal?: (error: unknown) => void };
  readonly _module: { readonly SOCKFS: { readonly websocket_sock_ops: { listen: () => never } } };
}

const notSupported = 138;

/** Python's globals and the functions of the runner in front of them, by name. */
type Runner = {
  check_program(code: string): string;
  run_program(request: string, namespace: unknown, host: unknown): Promise<string | undefined>;
  cancel_program(): void;
  collect(patterns: string, limit: number): string;
};

export async function pythonEngine(
  python: PyodideAPI,
  fileBytes: number,
  { wire, time, output, timers, deadlines, exit }: PythonPlace,
): Promise<Engine> {
  python.runPython(begin);
  const { globals } = python;
  const { _api: api, _module } = python as unknown as Internals;
  // It would look for a package that is not there, which ends the interpreter.
  _module.SOCKFS.websocket_sock_ops.listen = () => {
    throw new python.FS.ErrnoError(notSupported);
  };
  const runner = Object.fromEntries(
    ["check_program", "run_program", "cancel_program", "collect"].map((name) => [
      name,
      globals.get(name),
    ]),
  ) as unknown as Runner;
  const namespace = python.runPython("sys.modules['__main__'].__dict__");
  for (const stream of ["stdout", "stderr"] as const) {
    const write = (bytes: Uint8Array): number => {
      output.write(stream, bytes);
      return bytes.length;
    };
    if (stream === "stdout") python.setStdout({ write });
    else python.setStderr({ write });
  }
  python.setStdin({ stdin: () => null });
  limitDisk(diskOf(python), fileBytes);
  // Not a buffer, but read like one.
  const interrupt = {
    get 0() {
      return time.due() ? 2 : 0;
    },
    set 0(_: number) {},
  };
  python.setInterruptBuffer(interrupt as unknown as Uint8Array);
  const host = {
    result: (mime: string, data: string) => output.result({ mime, data }),
    tool(name: string, input: string): string {
      wire.send({ type: "tool", name, input });
      return JSON.stringify((wire.receive() as ToolReply | undefined) ?? exit(0));
    },
  };

  const engine: Engine = {
    check: (code) => JSON.parse(runner.check_program(code)) as SyntaxIssue[],
    async run(request) {
      const ends: unknown[] = [];
      const gone = new Promise<Outcome>((resolve) => {
        api.on_fatal = (error) => resolve({ error: crashed(error), fatal: true });
        const late = (): void => {
          // A program that swallows it leaves an event loop of which nothing can be said.
          ends.push(deadlines.setTimeout(() => resolve({ fatal: true }), graceMs / 2));
          time.interrupt("timeout", graceMs / 2);
          runner.cancel_program();
        };
        ends.push(deadlines.setTimeout(late, request.timeoutMs));
      });
      const error = runner.run_program(JSON.stringify(request), namespace, host);
      const outcome = error.then((json) => (json === undefined ? {} : { error: JSON.parse(json) }));
      try {
        return await Promise.race([outcome, gone]);
      } finally {
        for (const end of ends) deadlines.clearTimeout(end as number);
        timers.forget();
      }
    },
    collect: (globs) => JSON.parse(runner.collect(JSON.stringify(globs), fileBytes)),
  };
  // The first run compiles what the later ones need.
  output.begin(1_000);
  await engine.run(nothing);
  python.runPython("_programs = 0");
  return engine;
}

const nothing: RunRequest = {
  type: "run",
  code: "None",
  stdin: "",
  files: [],
  collect: [],
  tools: [],
  timeoutMs: 60_000,
  maxOutputBytes: 0,
};

function diskOf(python: PyodideAPI): VirtualDisk {
  const { FS } = python as unknown as {
    FS: VirtualDisk["FS"] & { filesystems: { MEMFS: VirtualDisk["MEMFS"] } };
  };
  return { FS, MEMFS: FS.filesystems.MEMFS };
}
