import type { ProgramError } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";

/* The wire of OneCompiler's API, which http() speaks too: a program in a request, what it printed in the response. */

export interface CompilerRequest {
  readonly language: string;
  readonly stdin: string;
  /** The first is the program. */
  readonly files: readonly { readonly name: string; readonly content: string }[];
}

/**
 * The response, or a piece of one that is streamed: what is printed is appended, everything else replaces. `status` is
 * the call's and not the program's. Any text may be null.
 */
export interface CompilerAnswer {
  readonly status?: string | null;
  readonly stdout?: string | null;
  readonly stderr?: string | null;
  /** The program's own failure. */
  readonly exception?: string | null;
  /** In ms. */
  readonly executionTime?: number | null;
  /** Begins with a code, `E001` to `E006`. */
  readonly error?: string | null;
}

/** The names under which compilers look for the program. */
const mainFiles: { readonly [language: string]: string } = {
  bash: "main.sh",
  c: "main.c",
  cpp: "main.cpp",
  csharp: "main.cs",
  go: "main.go",
  java: "Main.java",
  javascript: "index.js",
  kotlin: "Main.kt",
  nodejs: "index.js",
  php: "main.php",
  python: "index.py",
  r: "main.r",
  ruby: "main.rb",
  rust: "main.rs",
  typescript: "index.ts",
};

export function mainFile(language: string): string {
  return mainFiles[language] ?? "main.txt";
}

/** What the program did wrong, or nothing. Throws what the service did wrong. */
export function outcomeOf(
  { status, exception, error }: CompilerAnswer,
  timeoutMs: number,
): ProgramError | undefined {
  const code = /^E\d{3}/.exec(error ?? "")?.[0];
  if (code === "E001") {
    return {
      kind: "timeout",
      message: `The program ran longer than the service or ${timeoutMs} ms allow.`,
    };
  }
  if (code === "E002") throw refused("quota", error);
  if (code === "E003" || code === "E004") throw refused("auth", error);
  if (code === "E005" || code === "E006") throw refused("unsupported", error);
  if (status !== undefined && status !== null && status !== "success") {
    throw refused("unavailable", error ?? status);
  }
  if (typeof exception === "string" && exception !== "") return toError(exception);
  if (typeof error === "string" && error !== "") return toError(error);
  return undefined;
}

function refused(
  code: "quota" | "auth" | "unsupported" | "unavailable",
  why: unknown,
): SandboxError {
  const message = `The sandbox refused the program: ${why}`;
  return new SandboxError(code, { message, retryable: code === "unavailable" });
}

/** An exception as its language prints it. Python's last line and JavaScript's first say what it is. */
function toError(traceback: string): ProgramError {
  const lines = traceback.trim().split("\n");
  const named = [lines.at(-1), lines[0]].find((line) => /^\w+(Error|Exception)\b/.test(line ?? ""));
  const name = /^\w+/.exec(named ?? "")?.[0];
  return {
    kind: name === "SyntaxError" || name === "IndentationError" ? "syntax" : "exception",
    ...(name !== undefined && { name }),
    message: (named ?? lines.at(-1) ?? "").replace(/^\w+:\s*/, ""),
    traceback,
  };
}

/** A piece of an answer, checked. */
export function readAnswer(value: unknown): CompilerAnswer {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const answer = value as CompilerAnswer;
    const texts = [answer.status, answer.stdout, answer.stderr, answer.exception, answer.error];
    if (texts.every((text) => text === undefined || text === null || typeof text === "string")) {
      return answer;
    }
  }
  const message = `The sandbox answered something else than a program's output: ${JSON.stringify(value)?.slice(0, 200)}`;
  throw new SandboxError("protocol", { message });
}
