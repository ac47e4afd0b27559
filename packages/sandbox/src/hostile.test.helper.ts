import type { ProgramErrorKind } from "./sandbox.ts";

/** What a program is after, and where. */
export interface Prey {
  /** A file of the host. */
  readonly file: string;
  /** The folder it is in. */
  readonly folder: string;
  /** Where a server counts who connects. */
  readonly port: number;
  /** Processes of the host. */
  readonly pids: readonly number[];
}

/** A program that nobody should run, and how it may end. `ok`: by itself, with nothing done. */
export interface Hostile {
  readonly name: string;
  readonly code: (prey: Prey) => string;
  readonly ends: readonly (ProgramErrorKind | "ok")[];
}

export function hostile(
  name: string,
  ends: Hostile["ends"],
  code: string | Hostile["code"],
): Hostile {
  return { name, ends, code: typeof code === "string" ? () => code : code };
}
