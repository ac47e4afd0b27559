import { Sandbox as E2bSandbox, type SandboxOpts } from "@e2b/code-interpreter";
import { checkInside } from "../inside.ts";
import { atLeast } from "../limits.ts";
import type {
  Limits,
  ProgramError,
  Rich,
  RunOptions,
  RunResult,
  SandboxContext,
} from "../sandbox.ts";
import { SandboxError, type SandboxErrorCode } from "../sandbox-error.ts";
import { e2bFailure } from "./e2b-failure.ts";
import { toProgramError, toRich } from "./e2b-results.ts";
import { printed } from "./printed.ts";

export interface E2bContextOptions {
  readonly connection: SandboxOpts;
  readonly languages: readonly [string, ...string[]];
  readonly limits: Pick<Limits, "timeoutMs" | "outputBytes">;
}

/** E2B ends a machine that nobody renews. */
const idleMs = 5 * 60_000;

/** A context in a machine of its own, which it starts at its first program, and again after ending one. */
export function e2bContext({ connection, languages, limits }: E2bContextOptions): SandboxContext {
  let machine: E2bSandbox | undefined;
  let ends = 0;
  let last: Promise<unknown> = Promise.resolve();
  const closing = new AbortController();

  /** The machine, for as long as the program may take and some time more. */
  async function started(timeoutMs: number): Promise<E2bSandbox> {
    const timeout = timeoutMs + idleMs;
    if (machine === undefined)
      machine = await E2bSandbox.create({ ...connection, timeoutMs: timeout });
    else if (ends > Date.now() + timeoutMs + idleMs / 2) return machine;
    else await machine.setTimeout(timeout);
    ends = Date.now() + timeout;
    return machine;
  }
  async function drop(): Promise<void> {
    const dropped = machine;
    machine = undefined;
    await dropped?.kill();
  }

  async function run(code: string, options: RunOptions): Promise<RunResult> {
    const began = performance.now();
    const { language = languages[0], files = {}, signal } = options;
    const timeoutMs = atLeast("timeoutMs", options.timeoutMs ?? limits.timeoutMs, 1);
    const maxBytes = atLeast("maxOutputBytes", options.maxOutputBytes ?? limits.outputBytes, 0);
    const over = new AbortController();
    const abort = AbortSignal.any([closing.signal, ...(signal === undefined ? [] : [signal])]);
    const output = printed(maxBytes, options, () => over.abort());
    const results: Rich[] = [];
    let broken: { readonly error: unknown } | undefined;
    /** The caller's own functions are called within the SDK, which takes their failures for its own. */
    const tell = (call: () => void): void => {
      try {
        call();
      } catch (error) {
        broken ??= { error };
        over.abort();
      }
    };
    let timer: AbortSignal | undefined;
    let error: ProgramError | undefined;
    let stateLost = false;
    try {
      if (options.fresh) await drop();
      const own = await started(timeoutMs);
      for (const [path, data] of Object.entries(files)) {
        await own.files.write(checkInside(path), typeof data === "string" ? data : bytesOf(data));
      }
      timer = AbortSignal.timeout(timeoutMs);
      const execution = own.runCode(code, {
        language,
        timeoutMs: 0,
        onStdout: ({ line }) => tell(() => output.say("stdout", line)),
        onStderr: ({ line }) => tell(() => output.say("stderr", line)),
        onResult: (result) =>
          tell(() => {
            for (const rich of toRich(result)) {
              if (!output.take(Buffer.byteLength(rich.data))) return;
              results.push(rich);
              options.onResult?.(rich);
            }
          }),
      });
      const stop = AbortSignal.any([abort, over.signal, timer]);
      const { error: thrown } = await unless(stop, execution);
      error = thrown && toProgramError(thrown);
    } catch (thrown) {
      // There is no way to stop a program but to end its machine.
      stateLost = true;
      await drop().catch(() => {});
      if (broken !== undefined) throw broken.error;
      if (over.signal.aborted) {
        error = { kind: "output_limit", message: `The program wrote more than ${maxBytes} bytes.` };
      } else if (abort.aborted) error = { kind: "aborted", message: "The program was aborted." };
      else if (timer?.aborted) {
        error = { kind: "timeout", message: `The program ran longer than ${timeoutMs} ms.` };
      } else throw e2bFailure(thrown);
    }
    return {
      ok: error === undefined,
      stdout: output.stdout,
      stderr: output.stderr,
      truncated: over.signal.aborted,
      results,
      artifacts: [],
      ...(error !== undefined && { error }),
      durationMs: performance.now() - began,
      stateLost,
    };
  }

  return {
    async run(code, options = {}) {
      const { language, collect = [], stdin = "" } = options;
      if (language !== undefined && !languages.includes(language))
        throw unsupported(`run ${language}`);
      if (collect.length > 0) throw unsupported("give files back");
      if (stdin !== "") throw unsupported("take stdin");
      const turn = last.then(() => {
        if (closing.signal.aborted)
          throw failure("closed", "The context was closed. Open a new one.");
        return run(code, options);
      });
      last = turn.catch(() => {});
      return turn;
    },
    check: () => Promise.reject(unsupported("check a program without running it")),
    async close() {
      closing.abort();
      await last;
      await drop();
    },
  };
}

/** The work, or a rejection when the signal fires first; what the work comes to then is nobody's concern. */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => {});
  let stop = (): void => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function bytesOf(data: Uint8Array): ArrayBuffer {
  return new Uint8Array(data).buffer;
}

function unsupported(what: string): SandboxError {
  return failure("unsupported", `The sandbox e2b cannot ${what}. Its caps say what it can.`);
}

function failure(code: SandboxErrorCode, message: string): SandboxError {
  return new SandboxError(code, { message });
}
