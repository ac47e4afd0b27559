import type { QuickJSContext, QuickJSHandle, QuickJSWASMModule } from "quickjs-emscripten-core";
import type { ProgramError } from "../sandbox.ts";
import { files } from "./javascript-files.ts";
import { javascriptRunner } from "./javascript-runner.ts";
import type { Place } from "./place.ts";
import type { Engine, Outcome } from "./serve.ts";
import type { RunRequest, ToolReply } from "./wire.ts";

export interface JavascriptLimits {
  readonly memoryMb: number;
  readonly fileBytes: number;
}

/** Node's own stack, on which WebAssembly runs, ends first otherwise, and ends the interpreter with it. */
const stackBytes = 128 * 1024;
/** Between two of these the clock is asked. */
const jobsAtOnce = 1_000;

export function javascriptEngine(
  quickjs: QuickJSWASMModule,
  { memoryMb, fileBytes }: JavascriptLimits,
  { wire, time, output, exit }: Place,
): Engine {
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(memoryMb * 1024 * 1024);
  runtime.setMaxStackSize(stackBytes);
  runtime.setInterruptHandler(() => time.due());
  const vm = runtime.newContext();
  const disk = files(fileBytes);
  let programs = 0;

  const guest = vm.newObject();
  const give = (name: string, call: (...texts: string[]) => QuickJSHandle | undefined): void => {
    const handle = vm.newFunction(name, (...args) => call(...args.map((arg) => vm.getString(arg))));
    vm.setProp(guest, name, handle);
    handle.dispose();
  };
  give("write", (stream = "", text = "") => {
    output.write(stream === "stderr" ? "stderr" : "stdout", Buffer.from(text));
    return undefined;
  });
  give("result", (mime = "", data = "") => {
    output.result({ mime, data });
    return undefined;
  });
  give("tool", (name = "", input = "") => {
    wire.send({ type: "tool", name, input });
    return vm.newString(JSON.stringify((wire.receive() as ToolReply | undefined) ?? exit(0)));
  });
  give("list", () => vm.newString(JSON.stringify(disk.list())));
  give("readText", (path = "") => vm.newString(Buffer.from(disk.read(path)).toString()));
  give("readBytes", (path = "") => vm.newArrayBuffer(copy(disk.read(path))));
  give("writeText", (path = "", text = "") => {
    disk.write(path, Buffer.from(text));
    return undefined;
  });
  const writeBytes = vm.newFunction("writeBytes", (path, data) => {
    const bytes = vm.getArrayBuffer(data);
    disk.write(vm.getString(path), bytes.value.slice());
    bytes.dispose();
  });
  vm.setProp(guest, "writeBytes", writeBytes);
  const prelude = vm.unwrapResult(vm.evalCode(javascriptRunner, "<prelude>"));
  const runner = vm.unwrapResult(vm.callFunction(prelude, vm.undefined, guest));
  const [show, define] = [vm.getProp(runner, "show"), vm.getProp(runner, "define")];

  /** What keeps it from being a program. */
  function compile(code: string, name: string): ProgramError | undefined {
    const compiled = vm.evalCode(code, name, { type: "global", compileOnly: true });
    const error = compiled.error && toError(vm, compiled.error);
    compiled.dispose();
    return error && { ...error, kind: error.kind === "exception" ? "syntax" : error.kind };
  }

  /** Runs what promises wait for. An error here is the interpreter's: it was interrupted. */
  function settle(): ProgramError | undefined {
    while (runtime.hasPendingJob()) {
      const done = runtime.executePendingJobs(jobsAtOnce);
      const error = done.error && toError(vm, done.error);
      done.dispose();
      if (error !== undefined || time.due()) return error;
    }
    return undefined;
  }

  function program(request: RunRequest): ProgramError | undefined {
    const name = ++programs === 1 ? "<program>" : `<program ${programs}>`;
    vm.setProp(vm.global, "stdin", vm.newString(request.stdin));
    for (const { path, data } of request.files) disk.write(path, Buffer.from(data, "base64"));
    for (const tool of request.tools) {
      const texts = tool.parameters.map((parameter) => JSON.stringify(parameter)).join();
      const parameters = vm.unwrapResult(vm.evalCode(`[${texts}]`));
      vm.unwrapResult(vm.callFunction(define, vm.undefined, vm.newString(tool.name), parameters));
    }
    const broken = compile(request.code, name);
    if (broken !== undefined) return broken;
    const result = vm.evalCode(request.code, name);
    if (result.error) return toError(vm, result.error);
    const stuck = settle();
    if (stuck !== undefined) return stuck;
    const state = vm.getPromiseState(result.value);
    if (state.type === "rejected") return toError(vm, state.error);
    const value = state.type === "fulfilled" ? state.value : result.value;
    const shown = vm.callFunction(show, vm.undefined, value);
    return shown.error && toError(vm, shown.error);
  }

  return {
    check(code) {
      const error = compile(code, "<program>");
      if (error === undefined) return [];
      const [, line = "1", column = "1"] =
        /<program>:(\d+):?(\d+)?/.exec(error.traceback ?? "") ?? [];
      return [{ message: error.message, line: Number(line), column: Number(column) || 1 }];
    },
    async run(request): Promise<Outcome> {
      const error = program(request);
      // What is still to be done belongs to a program that was stopped.
      const fatal = runtime.hasPendingJob();
      return { ...(error !== undefined && { error }), fatal };
    },
    collect: (globs) => ({ artifacts: disk.collect(globs), truncated: false }),
  };
}

function toError(vm: QuickJSContext, handle: QuickJSHandle): ProgramError {
  const thrown: unknown = vm.dump(handle);
  const { name, message, stack } = (
    typeof thrown === "object" && thrown !== null ? thrown : { message: `${thrown}` }
  ) as { name?: unknown; message?: unknown; stack?: unknown };
  const memory = name === "InternalError" && message === "out of memory";
  const text = `${message}`.slice(0, 20_000);
  const frames = `${stack ?? ""}`.split("\n").filter((line) => !line.includes("<prelude>"));
  return {
    kind: memory ? "memory" : "exception",
    ...(name !== undefined && { name: `${name}` }),
    message: memory ? "The program allocated more memory than it may have." : text,
    traceback: [`${name ?? "Uncaught"}: ${text}`, ...frames].join("\n").slice(0, 20_000).trimEnd(),
  };
}

function copy(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
