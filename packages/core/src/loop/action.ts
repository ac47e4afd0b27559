import type { RunError } from "../protocol/errors.ts";
import type { NewEvent, Wait } from "../protocol/events.ts";

/** How a run or a sub-agent ends. */
export type Outcome =
  | { readonly type: "completed" }
  | { readonly type: "failed"; readonly error: RunError }
  | { readonly type: "cancelled" };

/**
 * What the folded state asks for. `next` yields all that should be under way now; the worker begins what is new and
 * aborts what is no longer asked for, by `key`. `scope` is the sub-agent's call; absent: the root.
 */
export type Action =
  /** Call the model, not before `at` (store time). */
  | { readonly type: "model"; readonly key: string; readonly scope?: string; readonly at: number }
  /** Decide about approval, then log the intent and execute. */
  | { readonly type: "tool"; readonly key: string; readonly scope?: string; readonly call: string }
  /** Append this event: a consequence that needs no work. */
  | { readonly type: "emit"; readonly key: string; readonly event: NewEvent }
  /** Somebody else must act; `until` (store time) ends the wait. */
  | { readonly type: "wait"; readonly key: string; readonly wait: Wait; readonly until?: number }
  /** The scope has nothing left to do: validate its output and end it. */
  | {
      readonly type: "finish";
      readonly key: string;
      readonly scope?: string;
      readonly outcome: Outcome;
    };
