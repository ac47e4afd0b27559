import type { ProgramError, Rich, RunResult } from "./sandbox.ts";

/** A result as a log and a model can hold it: cut, and without the bytes of files. */
export interface CodeOutput {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly results: readonly Rich[];
  readonly files: readonly SavedFile[];
  readonly error?: ProgramError;
  /** Something of the above is not all. */
  readonly truncated: boolean;
  /** Variables and files of this and earlier programs are gone. */
  readonly stateLost: boolean;
}

export interface SavedFile {
  readonly path: string;
  readonly bytes: number;
  /** Where it can be had, when it was saved. */
  readonly url?: string;
}

/** An event has 256 KiB of JSON, in which a character may take six bytes. */
const maxText = 10_000;
const maxRich = 100_000;

/** What goes into the log. Viewers have the whole output already, as it was printed. */
export function toOutput(result: RunResult, files: readonly SavedFile[]): CodeOutput {
  const { ok, error, stateLost } = result;
  let room = maxRich;
  const results = result.results.filter(({ mime, data }) => {
    const fits = mime.length + data.length <= room;
    if (fits) room -= mime.length + data.length;
    return fits;
  });
  const [stdout, stderr] = [middleCut(result.stdout), middleCut(result.stderr)];
  const truncated =
    result.truncated ||
    results.length < result.results.length ||
    stdout.length < result.stdout.length ||
    stderr.length < result.stderr.length;
  return {
    ok,
    stdout,
    stderr,
    results,
    files,
    ...(error !== undefined && { error: cutError(error) }),
    truncated,
    stateLost,
  };
}

function cutError({ kind, name, message, traceback }: ProgramError): ProgramError {
  return {
    kind,
    ...(name !== undefined && { name: name.slice(0, 200) }),
    message: middleCut(message),
    ...(traceback !== undefined && { traceback: middleCut(traceback) }),
  };
}

/** What a model reads of a program: what it printed, what it came to, and what to repair. */
export function observation(output: CodeOutput): string {
  const { stdout, stderr, results, files, error, truncated, stateLost } = output;
  const parts: string[] = [];
  if (stdout !== "") parts.push(stdout.trimEnd());
  if (stderr !== "") parts.push(`[stderr]\n${stderr.trimEnd()}`);
  for (const { mime, data } of results) {
    parts.push(mime === "text/plain" ? `[result]\n${data}` : `[${mime}, shown to the user]`);
  }
  for (const { path, bytes, url } of files) {
    parts.push(`[file] ${path}, ${bytes} bytes${url === undefined ? "" : `: ${url}`}`);
  }
  if (error !== undefined)
    parts.push(`[${error.kind}]\n${(error.traceback ?? error.message).trimEnd()}`);
  if (error?.traceback !== undefined && error.kind !== "exception" && error.kind !== "syntax") {
    parts.push(error.message);
  }
  if (truncated) parts.push("[The output is not all of it: print less.]");
  if (stateLost)
    parts.push("[Variables and files are gone: the next program starts from nothing.]");
  return parts.length === 0 ? "[The program ended and printed nothing.]" : parts.join("\n");
}

/** The beginning and the end of a long text. */
function middleCut(text: string): string {
  if (text.length <= maxText) return text;
  const half = maxText / 2 - 10;
  return `${text.slice(0, half)}\n[…]\n${text.slice(-half)}`.toWellFormed();
}
