import type { GuestFile, GuestMessage } from "../guest/wire.ts";
import type { ProgramError, ProgramErrorKind, SyntaxIssue } from "../sandbox.ts";

const kinds: ReadonlySet<unknown> = new Set<ProgramErrorKind>([
  "syntax",
  "exception",
  "exit",
  "timeout",
  "memory",
  "output_limit",
  "aborted",
  "crashed",
]);

/**
 * One line of a guest, or `undefined` when it is no message. A program may have taken its guest over, so every field
 * that is read is checked, and a new object is made of nothing else.
 */
export function readMessage(line: string): GuestMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { type } = value;
  switch (type) {
    case "ready":
      return { type };
    case "output": {
      const { stream, text } = value;
      if ((stream !== "stdout" && stream !== "stderr") || !isText(text)) return undefined;
      return { type, stream, text };
    }
    case "result": {
      const { mime, data } = value;
      return isText(mime) && isText(data) ? { type, mime, data } : undefined;
    }
    case "tool": {
      const { name, input } = value;
      return isText(name) && isText(input) ? { type, name, input } : undefined;
    }
    case "stopping": {
      const { reason } = value;
      return reason === "timeout" || reason === "output_limit" ? { type, reason } : undefined;
    }
    case "checked": {
      const issues = listOf(value.issues, toIssue);
      return issues && { type, issues };
    }
    case "done": {
      const artifacts = listOf(value.artifacts, toFile);
      const error = value.error === undefined ? undefined : toError(value.error);
      if (artifacts === undefined || (value.error !== undefined && error === undefined)) {
        return undefined;
      }
      return {
        type,
        artifacts,
        truncated: value.truncated === true,
        fatal: value.fatal === true,
        ...(error !== undefined && { error }),
      };
    }
    default:
      return undefined;
  }
}

function toError(value: unknown): ProgramError | undefined {
  if (!isRecord(value)) return undefined;
  const { kind, name, message, traceback } = value;
  if (!kinds.has(kind) || !isText(message)) return undefined;
  return {
    kind: kind as ProgramErrorKind,
    message,
    ...(isText(name) && { name }),
    ...(isText(traceback) && { traceback }),
  };
}

function toIssue(value: unknown): SyntaxIssue | undefined {
  if (!isRecord(value)) return undefined;
  const { message, line, column } = value;
  return isText(message) && isPlace(line) && isPlace(column)
    ? { message, line, column }
    : undefined;
}

function toFile(value: unknown): GuestFile | undefined {
  if (!isRecord(value)) return undefined;
  const { path, data } = value;
  return isText(path) && isText(data) ? { path, data } : undefined;
}

function listOf<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(read);
  return items.includes(undefined) ? undefined : (items as T[]);
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
