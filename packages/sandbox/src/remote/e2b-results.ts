import type { ExecutionError, Result } from "@e2b/code-interpreter";
import type { ProgramError, Rich } from "../sandbox.ts";

const mimes = {
  png: "image/png",
  jpeg: "image/jpeg",
  svg: "image/svg+xml",
  pdf: "application/pdf",
  html: "text/html",
  markdown: "text/markdown",
  latex: "text/latex",
  json: "application/json",
  javascript: "text/javascript",
  text: "text/plain",
} as const;

/** A result in each form that it has, the plain text last. */
export function toRich(result: Result): Rich[] {
  return Object.entries(mimes).flatMap(([form, mime]) => {
    const data: unknown = result[form as keyof typeof mimes];
    if (data === undefined || data === null) return [];
    return [{ mime, data: typeof data === "string" ? data : JSON.stringify(data) }];
  });
}

const kinds: { readonly [name: string]: ProgramError["kind"] } = {
  SyntaxError: "syntax",
  IndentationError: "syntax",
  TabError: "syntax",
  MemoryError: "memory",
  SystemExit: "exit",
};

/** `undefined` for `sys.exit()`, which is a good end. */
export function toProgramError({
  name,
  value,
  traceback,
}: ExecutionError): ProgramError | undefined {
  const kind = kinds[name] ?? "exception";
  if (kind === "exit" && (value === "" || value === "0" || value === "None")) return undefined;
  // As a notebook prints it, in colors.
  const plain = traceback.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
  return { kind, name, message: value, traceback: plain };
}
