import type { GuestMessage, RunRequest } from "../guest/wire.ts";
import { checkInside } from "../inside.ts";
import { atLeast } from "../limits.ts";
import type {
  HostTools,
  Limits,
  RunOptions,
  RunResult,
  SandboxContext,
  SyntaxIssue,
} from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { runProgram } from "./exchange.ts";
import type { Guest } from "./guest.ts";
import { closedError, type Pool } from "./pool.ts";

export interface ContextOptions {
  readonly pool: Pool;
  readonly limits: Limits;
  readonly language: string;
  readonly tools: HostTools;
}

/** A context in a guest of its own, which it takes at its first program, and again after losing one. */
export function embeddedContext({ pool, limits, language, tools }: ContextOptions): SandboxContext {
  let guest: Guest | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const closing = new AbortController();

  async function taken(): Promise<Guest> {
    if (guest?.alive) return guest;
    guest = await pool.take();
    // Closed meanwhile: nobody else would kill it.
    if (closing.signal.aborted) await drop();
    return guest ?? Promise.reject(closedError());
  }
  async function drop(): Promise<void> {
    const dropped = guest;
    guest = undefined;
    await dropped?.kill();
  }

  /** One after the other, in the order of the calls. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(() => {
      if (closing.signal.aborted) throw closedError();
      return pool.slot(work);
    });
    last = turn.catch(() => {});
    return turn;
  }

  return {
    async run(code, options = {}) {
      checkLanguage(options.language, language);
      const request = toRequest(code, options, limits, tools);
      const signals = [closing.signal, ...(options.signal === undefined ? [] : [options.signal])];
      const signal = AbortSignal.any(signals);
      return inTurn(async () => {
        if (signal.aborted) return notStarted;
        if (options.fresh) await drop();
        return runProgram(await taken(), request, { ...options, signal }, tools);
      });
    },
    async check(code, options = {}) {
      checkLanguage(options.language, language);
      return inTurn(async () => checkProgram(await taken(), code, limits.timeoutMs));
    },
    async close() {
      closing.abort();
      await last;
      await drop();
    },
  };
}

const notStarted: RunResult = {
  ok: false,
  stdout: "",
  stderr: "",
  truncated: false,
  results: [],
  artifacts: [],
  error: { kind: "aborted", message: "The program was aborted before it started." },
  durationMs: 0,
  stateLost: false,
};

function checkLanguage(asked: string | undefined, known: string): void {
  if (asked === undefined || asked === known) return;
  const message = `This sandbox runs ${known}, not ${asked}.`;
  throw new SandboxError("unsupported", { message });
}

function toRequest(
  code: string,
  options: RunOptions,
  limits: Limits,
  tools: HostTools,
): RunRequest {
  const { timeoutMs = limits.timeoutMs, maxOutputBytes = limits.outputBytes } = options;
  return {
    type: "run",
    code,
    stdin: options.stdin ?? "",
    files: Object.entries(options.files ?? {}).map(([path, data]) => ({
      path: checkInside(path),
      data: Buffer.from(data).toString("base64"),
    })),
    collect: (options.collect ?? []).map(checkInside),
    tools: Object.entries(tools).map(([name, { parameters = [] }]) => ({ name, parameters })),
    timeoutMs: atLeast("timeoutMs", timeoutMs, 1),
    maxOutputBytes: atLeast("maxOutputBytes", maxOutputBytes, 0),
  };
}

/** Only hostile code keeps a parser busy. Its guest is killed, and the check says so. */
function checkProgram(
  guest: Guest,
  code: string,
  timeoutMs: number,
): Promise<readonly SyntaxIssue[]> {
  const failed = (message: string): SyntaxIssue[] => [{ message, line: 1, column: 1 }];
  return new Promise<readonly SyntaxIssue[]>((resolve) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      void guest.kill();
    }, timeoutMs);
    const end = (issues: readonly SyntaxIssue[]): void => {
      clearTimeout(timer);
      guest.listen(undefined);
      resolve(issues);
    };
    guest.listen({
      message(message: GuestMessage | undefined) {
        if (message?.type === "checked") return end(message.issues);
        void guest.kill();
      },
      gone: () => end(failed(late ? "It takes too long to parse." : "It ends the parser.")),
    });
    guest.send({ type: "check", code });
  });
}
