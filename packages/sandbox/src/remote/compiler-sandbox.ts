import { checkInside } from "../inside.ts";
import { atLeast } from "../limits.ts";
import type {
  Limits,
  OpenOptions,
  RunOptions,
  RunResult,
  Sandbox,
  SandboxContext,
} from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import {
  type CompilerAnswer,
  type CompilerRequest,
  mainFile,
  outcomeOf,
  readAnswer,
} from "./compiler-wire.ts";
import { printed } from "./printed.ts";
import { readPieces } from "./read-pieces.ts";

export interface CompilerOptions {
  readonly id: string;
  readonly languages: readonly [string, ...string[]];
  readonly limits: Pick<Limits, "timeoutMs" | "outputBytes">;
  readonly streaming: boolean;
  readonly send: (request: CompilerRequest, signal: AbortSignal) => Promise<Response>;
}

/** A sandbox behind one request per program: it keeps nothing, and gives back what was printed. */
export function compilerSandbox({
  id,
  languages,
  limits,
  streaming,
  send,
}: CompilerOptions): Sandbox {
  const closing = new AbortController();
  function open({ tools = {} }: OpenOptions = {}): SandboxContext {
    if (closing.signal.aborted) throw closed();
    if (Object.keys(tools).length > 0) throw unsupported(id, "call tools");
    const ending = new AbortController();
    const ended = AbortSignal.any([ending.signal, closing.signal]);
    return {
      async run(code, options = {}) {
        if (ended.aborted) throw closed();
        const { language = languages[0] } = options;
        if (!languages.includes(language)) throw unsupported(id, `run ${language}`);
        if (options.collect?.length) throw unsupported(id, "give files back");
        const request: CompilerRequest = {
          language,
          stdin: options.stdin ?? "",
          files: [{ name: mainFile(language), content: code }, ...filesOf(options)],
        };
        return call(request, options, limits, ended, send);
      },
      check: () => Promise.reject(unsupported(id, "check a program without running it")),
      close: async () => ending.abort(),
    };
  }
  return {
    id,
    caps: {
      languages,
      state: false,
      streaming,
      results: false,
      files: { in: true, out: false },
      hostTools: false,
      check: false,
      network: true,
      isolation: "remote",
    },
    open: async (options) => open(options),
    close: async () => closing.abort(),
  };
}

async function call(
  request: CompilerRequest,
  options: RunOptions,
  limits: CompilerOptions["limits"],
  ended: AbortSignal,
  send: CompilerOptions["send"],
): Promise<RunResult> {
  const began = performance.now();
  const timeoutMs = atLeast("timeoutMs", options.timeoutMs ?? limits.timeoutMs, 1);
  const maxBytes = atLeast("maxOutputBytes", options.maxOutputBytes ?? limits.outputBytes, 0);
  const abort = AbortSignal.any([ended, ...(options.signal === undefined ? [] : [options.signal])]);
  const timer = AbortSignal.timeout(timeoutMs);
  const over = new AbortController();
  const signal = AbortSignal.any([abort, timer, over.signal]);
  const output = printed(maxBytes, options, () => over.abort());
  let error: RunResult["error"];
  try {
    signal.throwIfAborted();
    const response = await send(request, signal);
    let answer: CompilerAnswer = {};
    for await (const value of readPieces(response, 6 * limits.outputBytes + 1_000_000)) {
      const piece = readAnswer(value);
      output.say("stdout", piece.stdout);
      output.say("stderr", piece.stderr);
      answer = { ...answer, ...piece };
      signal.throwIfAborted();
    }
    if (!("status" in answer)) throw cutOff();
    error = outcomeOf(answer, timeoutMs);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    if (over.signal.aborted) {
      error = { kind: "output_limit", message: "The program wrote more than it may." };
    } else if (abort.aborted) error = { kind: "aborted", message: "The program was aborted." };
    else error = { kind: "timeout", message: `The program ran longer than ${timeoutMs} ms.` };
  }
  return {
    ok: error === undefined,
    stdout: output.stdout,
    stderr: output.stderr,
    truncated: over.signal.aborted,
    results: [],
    artifacts: [],
    ...(error !== undefined && { error }),
    durationMs: performance.now() - began,
    stateLost: false,
  };
}

function filesOf({ files = {} }: RunOptions): { name: string; content: string }[] {
  return Object.entries(files).map(([name, data]) => {
    checkInside(name);
    if (typeof data === "string") return { name, content: data };
    try {
      return { name, content: new TextDecoder("utf-8", { fatal: true }).decode(data) };
    } catch (cause) {
      const message = `${name} is no text, and this sandbox takes nothing else.`;
      throw new SandboxError("unsupported", { message, cause });
    }
  });
}

function unsupported(id: string, what: string): SandboxError {
  const message = `The sandbox ${id} cannot ${what}. Its caps say what it can.`;
  return new SandboxError("unsupported", { message });
}

/** What was printed may be all or not: nobody may take it for success. */
function cutOff(): SandboxError {
  const message = "The answer ended before its status.";
  return new SandboxError("protocol", { message, retryable: true });
}

function closed(): SandboxError {
  return new SandboxError("closed", { message: "The sandbox was closed. Open a new one." });
}
