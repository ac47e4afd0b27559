import type { JsonObject } from "@runwire/core/protocol";

/**
 * A place in which code that a model wrote can run.
 *
 * Contract:
 * - What the program did wrong is **returned** as `RunResult.error`, for the model to repair: a syntax error, an
 *   exception, a limit that it reached. What the sandbox did wrong is **thrown** as a `SandboxError`.
 * - A program ends within its limits, whatever it does, or it is killed. A killed program takes the context's state
 *   with it (`stateLost`); the context goes on, empty.
 * - Contexts share nothing: no program sees what a program of another context left behind.
 * - All methods may be called at any time. The programs of one context run one after the other, in the order of the
 *   calls; those of several contexts run at once, as far as the sandbox has room.
 *
 * @example
 * const sandbox = python();
 * const context = await sandbox.open();
 * await context.run("import math");
 * const { results } = await context.run("math.sqrt(2)", { onStdout: (text) => process.stdout.write(text) });
 * await context.close();
 * await sandbox.close();
 */
export interface Sandbox {
  /** For people and messages: `python`, `e2b`, … */
  readonly id: string;
  readonly caps: Caps;
  /** What a model must know to write programs for it, beside what `caps` say. */
  readonly about?: string;
  /** Cheap: an embedded sandbox takes a process at the first program, and from a pool. */
  open(options?: OpenOptions): Promise<SandboxContext>;
  /** Ends all contexts and whatever the sandbox keeps ready. Calls after it throw `closed`. */
  close(): Promise<void>;
}

/** What a sandbox can do, so that nobody has to find out by failing. */
export interface Caps {
  /** The first is the default. */
  readonly languages: readonly [string, ...string[]];
  /** Programs of one context see the variables and files of those before them. */
  readonly state: boolean;
  /** `onStdout` and `onStderr` are called while the program runs, not at its end. */
  readonly streaming: boolean;
  /** What a program's last expression comes to is told, beside what it prints. */
  readonly results: boolean;
  /** `files` are put in; `collect` gets them out. */
  readonly files: { readonly in: boolean; readonly out: boolean };
  /** `OpenOptions.tools` can be called by programs. */
  readonly hostTools: boolean;
  /** `check` works. */
  readonly check: boolean;
  /** Programs may reach the network. */
  readonly network: boolean;
  readonly isolation: Isolation;
}

/**
 * What stands between a program and its host.
 *
 * - `process`: a child process without authority, by Node's permissions and by stripping. It holds a model's mistakes
 *   and casual injection; it is hardening, not a boundary for code of strangers.
 * - `os`: the same, in namespaces of the operating system: no network, no files, no other processes.
 * - `remote`: another machine.
 */
export type Isolation = "process" | "os" | "remote";

export interface OpenOptions {
  /** What programs can call, by the name that they call. A program waits for the answer. */
  readonly tools?: HostTools;
}

export interface HostTools {
  readonly [name: string]: HostTool;
}

/** A function of the host that a program can call. The program is not trusted: `execute` must check its input. */
export interface HostTool {
  /** The names of the positional arguments. Without them a program gives all by name. */
  readonly parameters?: readonly string[];
  /** What it returns travels as JSON. What it throws is raised in the program, by its message. */
  execute(input: JsonObject, options: { readonly signal: AbortSignal }): unknown;
}

export interface SandboxContext {
  /** Runs a program to its end. Rejects only with a `SandboxError`, or with what a callback threw. */
  run(code: string, options?: RunOptions): Promise<RunResult>;
  /** What keeps the program from running at all; nothing is executed. Empty: it can run. */
  check(code: string, options?: { readonly language?: string }): Promise<readonly SyntaxIssue[]>;
  /** Kills what runs and frees everything. Idempotent. */
  close(): Promise<void>;
}

export interface RunOptions {
  /** One of the sandbox's. */
  readonly language?: string;
  readonly stdin?: string;
  /** Written before the program starts, by a path relative to its working directory. */
  readonly files?: { readonly [path: string]: string | Uint8Array };
  /** Globs relative to the working directory; what matches after the program is in `artifacts`. */
  readonly collect?: readonly string[];
  /** Time of the program in ms, its calls of tools included. */
  readonly timeoutMs?: number;
  /** What stdout, stderr and results may come to together, in bytes of UTF-8. */
  readonly maxOutputBytes?: number;
  /** Drop the context's state before the program starts. */
  readonly fresh?: boolean;
  /** Kills the program. */
  readonly signal?: AbortSignal;
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
  readonly onResult?: (result: Rich) => void;
}

export interface RunResult {
  /** The program ended by itself, without an error. */
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Output or artifacts are missing because they went over a limit. */
  readonly truncated: boolean;
  /** What the program showed: the value of its last expression, and what it displayed. */
  readonly results: readonly Rich[];
  readonly artifacts: readonly Artifact[];
  /** Why `ok` is false. */
  readonly error?: ProgramError;
  readonly durationMs: number;
  /** What this and earlier programs of the context left is gone: the next one starts from nothing. */
  readonly stateLost: boolean;
}

/** A value in one form. Text is as it is, everything else in base64. */
export interface Rich {
  readonly mime: string;
  readonly data: string;
}

/** A file that a program wrote. */
export interface Artifact {
  /** Relative, with `/`, without `..`: the program chose it, so mind where you write it. */
  readonly path: string;
  readonly data: Uint8Array;
}

export interface ProgramError {
  readonly kind: ProgramErrorKind;
  /** The exception's class, where there is one. */
  readonly name?: string;
  readonly message: string;
  /** As the language prints it, without frames of the sandbox. */
  readonly traceback?: string;
}

export type ProgramErrorKind =
  /** It is no program. Nothing ran. */
  | "syntax"
  /** An exception that it did not catch. */
  | "exception"
  /** It ended itself with a code other than 0. */
  | "exit"
  | "timeout"
  | "memory"
  | "output_limit"
  /** `RunOptions.signal` fired, or the context was closed. */
  | "aborted"
  /** Its interpreter is gone, by its doing. */
  | "crashed";

export interface SyntaxIssue {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
}

/** What programs may use. Each has a default that suits a model's analysis of a small file. */
export interface Limits {
  /** Default 30,000. */
  readonly timeoutMs: number;
  /** What the program may allocate, in MB. Default 256. */
  readonly memoryMb: number;
  /** Default 1,000,000. */
  readonly outputBytes: number;
  /** What the program's files may come to, and again what may be collected. Default 64,000,000. */
  readonly fileBytes: number;
}
