import type { ProgramError, Rich, SyntaxIssue } from "../sandbox.ts";

/*
 * Between host and guest: JSON, one message on each line. The host writes to the guest's fd 0, the guest to its fd 3.
 * The guest reads only when it has nothing to do, and blocks then: nothing of a program goes on between two requests.
 * The host trusts nothing that comes from a guest: see embedded/read-message.ts.
 */

/** Time in ms between the soft stop of a program and the kill of its process. */
export const graceMs = 500;

/** What the host asks for. */
export type GuestRequest = RunRequest | { readonly type: "check"; readonly code: string };

export interface RunRequest {
  readonly type: "run";
  readonly code: string;
  readonly stdin: string;
  readonly files: readonly GuestFile[];
  readonly collect: readonly string[];
  readonly tools: readonly { readonly name: string; readonly parameters: readonly string[] }[];
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

/** The answer to a `tool` message. `json` is the result's JSON. */
export type ToolReply = { readonly json: string } | { readonly error: string };

export interface GuestFile {
  readonly path: string;
  /** In base64. */
  readonly data: string;
}

/** What a guest says. `ready` once; a run ends with `done`, a check with `checked`. */
export type GuestMessage =
  | { readonly type: "ready" }
  | { readonly type: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
  | ({ readonly type: "result" } & Rich)
  /** The program waits for a reply. `input` is the JSON of the arguments by name. */
  | { readonly type: "tool"; readonly name: string; readonly input: string }
  /** The program was told to stop, and has `graceMs` for it. */
  | { readonly type: "stopping"; readonly reason: StopReason }
  | {
      readonly type: "done";
      readonly error?: ProgramError;
      readonly artifacts: readonly GuestFile[];
      readonly truncated: boolean;
      /** The interpreter cannot go on. */
      readonly fatal: boolean;
    }
  | { readonly type: "checked"; readonly issues: readonly SyntaxIssue[] };

export type StopReason = "timeout" | "output_limit";
