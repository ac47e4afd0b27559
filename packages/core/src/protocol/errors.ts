import type { Json } from "./json.ts";

/** Why something in a run failed. Other codes may appear: treat an unknown one like `internal`. */
export type ErrorCode =
  /** The model called a tool that its agent does not hold (any more). */
  | "unknown-tool"
  /** The arguments are not JSON or do not fit the tool's input schema. */
  | "invalid-input"
  /** The tool threw. */
  | "tool-error"
  /** The tool ran longer than its `timeoutMs`. */
  | "timeout"
  /** The process died while the call ran, and the tool is not idempotent. Its effect may or may not have happened. */
  | "interrupted"
  /** The run was cancelled before the call ended. */
  | "cancelled"
  /** An event, output or history is over its size limit. */
  | "too-large"
  /** The model's provider answered with an error. */
  | "model-error"
  /** The model's provider asks to slow down. */
  | "rate-limited"
  /** The history does not fit the model. */
  | "context-length"
  /** The structured output did not fit its schema, also after the repair. */
  | "invalid-output"
  /** A limit of the run was reached; `limit` says which. */
  | "limit"
  /** An approval expired. */
  | "expired"
  /** The run was taken up again and again without progress. */
  | "crash-loop"
  /** A fault of the runtime itself. */
  | "internal";

/** The limits that can end a run. `time` is active time: waiting does not count. */
export type LimitName = "steps" | "tokens" | "cost" | "time";

/** A failure as the log and every wire carry it. Never holds a stack trace. */
export interface RunError {
  readonly code: ErrorCode | (string & {});
  /** One sentence for the person who reads it. */
  readonly message: string;
  /** The same request may succeed later. */
  readonly retryable?: true;
  /** With code `limit`: which one. */
  readonly limit?: LimitName;
  readonly details?: Json;
}
