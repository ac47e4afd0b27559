export type RunwireErrorCode =
  /** `tool()` or `clientTool()` was given something that cannot work. */
  | "invalid-tool"
  /** `agent()` was given something that cannot work. */
  | "invalid-agent"
  /** A schema cannot be shown to a model, or cannot be used where it stands. */
  | "invalid-schema"
  /** Data that a tool emits does not fit the schema it declared. */
  | "invalid-data"
  /** No agent of that name is known here. */
  | "unknown-agent"
  /** One name stands for two agents. */
  | "duplicate-agent"
  /** A run was to start with an id that is none, or with the same message twice. */
  | "invalid-start"
  /** An agent has no model, and neither the run nor the runtime gives one. */
  | "no-model"
  /** No model of that name is known here. */
  | "unknown-model"
  /** A value does not fit into an event. */
  | "too-large"
  /** The run or thread does not exist, was deleted, or belongs to somebody else. */
  | "not-found"
  /** The same run id with another request, or a thread whose newest run is still open. */
  | "conflict"
  /** The run has ended: it takes no more commands. */
  | "closed"
  /** The run has too many commands that nobody read yet. */
  | "full"
  /** The runtime was closed. */
  | "shut-down"
  /** What a log is kept in does not answer: locked, full, out of reach. Whether a call happened is unknown: repeat it. */
  | "log-unavailable"
  /** What a log is to be kept in cannot be used: damaged, of a later version, something else altogether. */
  | "log-unusable"
  /** A fault of this package. */
  | "internal";

export interface RunwireErrorOptions {
  /** What is wrong and what to do about it. */
  readonly message: string;
  readonly cause?: unknown;
}

const brand = Symbol.for("runwire.RunwireError");

/** What this package throws when it is used in a way that cannot work. Failures of a run are events, never this. */
export class RunwireError extends Error {
  override readonly name = "RunwireError";
  readonly code: RunwireErrorCode;

  constructor(code: RunwireErrorCode, options: RunwireErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = code;
  }

  /** True also for an error of another copy of this package. */
  static is(error: unknown): error is RunwireError {
    return typeof error === "object" && error !== null && brand in error;
  }
}
