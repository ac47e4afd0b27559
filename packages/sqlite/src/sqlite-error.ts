import { RunwireError, type RunwireErrorCode } from "@runwire/core";

/** Primary result codes of SQLite; the extended ones have them in their lowest byte. */
const codes = {
  perm: 3,
  busy: 5,
  locked: 6,
  noMemory: 7,
  readonly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  /** Another process was quicker, too many times in a row. */
  protocol: 15,
  auth: 23,
  notADatabase: 26,
};

const faults: ReadonlySet<number> = new Set(Object.values(codes));

/** The primary code of an error that SQLite made; `undefined` for any other. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

/** The file or what is below it fails, whoever asks. Other errors are about what was asked. */
export function isFault(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && faults.has(code);
}

/** Somebody else has a lock that this one waits for. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === codes.busy || code === codes.locked || code === codes.protocol;
}

/** What SQLite says, with what it means for this file and what to do about it. Other errors stay as they are. */
export function explain(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  const [kind, message] = explanation(code, path);
  const said = (error as Error).message;
  return new RunwireError(kind, { message: `${message} (SQLite: ${said})`, cause: error });
}

function explanation(code: number, path: string): readonly [RunwireErrorCode, string] {
  switch (code) {
    case codes.full:
      return [
        "log-unavailable",
        `There is no room to write to ${path}: free some on its disk, then the call can be repeated. What was acknowledged is kept.`,
      ];
    case codes.busy:
    case codes.locked:
    case codes.protocol:
      return [
        "log-unavailable",
        `Another process keeps ${path} locked: a backup, or a shell with an open transaction? End it, then the call can be repeated. What was acknowledged is kept.`,
      ];
    case codes.io:
      return [
        "log-unavailable",
        `${path} cannot be read or written: look at the disk and at the system's log.`,
      ];
    case codes.corrupt:
      return [
        "log-unusable",
        `${path} is damaged. Restore it from a backup, or save what is readable: sqlite3 '${path}' .recover`,
      ];
    case codes.notADatabase:
      return [
        "log-unusable",
        `${path} is no SQLite database, or its beginning is damaged. Choose another path, or restore it from a backup.`,
      ];
    case codes.cannotOpen:
    case codes.readonly:
    case codes.perm:
    case codes.auth:
      return [
        "log-unusable",
        `${path} cannot be written by this process: look at the permissions of the file and of its folder, in which SQLite makes files of its own.`,
      ];
    default:
      return ["internal", `SQLite refused what was asked of ${path}.`];
  }
}
