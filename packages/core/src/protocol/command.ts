import type { RunError } from "./errors.ts";
import type { Json } from "./json.ts";
import type { Message } from "./message.ts";

/**
 * What anybody but the lease holder sends to a run's inbox (PROTOCOL.md, "Commands").
 * `id` is unique: the first command with an id wins, a repeat changes nothing. `by` is the principal, set by the server.
 */
export type Command =
  | {
      readonly type: "cancel";
      readonly id: string;
      readonly by?: string;
      readonly reason?: string;
    }
  | {
      readonly type: "message";
      readonly id: string;
      readonly message: Message;
      readonly by?: string;
    }
  | {
      readonly type: "approval";
      readonly id: string;
      /** The approval's id. */
      readonly approval: string;
      readonly approved: boolean;
      readonly by?: string;
      readonly reason?: string;
      /** An edited input to run instead of the proposed one. */
      readonly input?: Json;
    }
  | {
      readonly type: "result";
      readonly id: string;
      readonly call: string;
      /** Exactly one of `output` and `error`. */
      readonly output?: Json;
      readonly error?: RunError;
      readonly by?: string;
    };

/** A command as the inbox holds it: `n` is dense from 1 in each run, `at` is store time in ms. */
export interface InboxEntry {
  readonly n: number;
  readonly at: number;
  readonly command: Command;
}
