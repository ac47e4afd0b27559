import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

/** What happened outside of the log, written down by whoever did it. */
export type Note =
  /** A tool had its effect, which nobody can take back. */
  | {
      readonly type: "effect";
      readonly run: string;
      readonly call: string;
      readonly attempt: number;
    }
  /** A model was asked, and was told to stop. */
  | { readonly type: "asked" | "aborted"; readonly run: string; readonly pid: number };

/** On the disk before it returns: a process that is killed after it has noted what it did. */
export function note(path: string, entry: Note): void {
  const file = openSync(path, "a");
  writeSync(file, `${JSON.stringify(entry)}\n`);
  fsyncSync(file);
  closeSync(file);
}

/** The notes about a run, or all of them. */
export function notesOf(path: string, run?: string): readonly Note[] {
  const lines = readFileSync(path, { encoding: "utf8", flag: "a+" }).split("\n").slice(0, -1);
  return lines
    .map((line): Note => JSON.parse(line))
    .filter((entry) => run === undefined || entry.run === run);
}
