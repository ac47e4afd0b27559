export type McpErrorCode =
  /** An option of `mcp()` cannot work. */
  | "invalid"
  /** The server cannot be started or reached, or does not answer. */
  | "unavailable"
  /** The connection broke while the server worked: it may or may not have done what was asked. */
  | "lost"
  /** The server answered that it failed, or with something that is no MCP. */
  | "failed";

export interface McpErrorOptions {
  /** What is wrong and what to do about it. */
  readonly message: string;
  readonly cause?: unknown;
}

const brand = Symbol.for("runwire.McpError");

/** What goes wrong with an MCP server. In a run it fails a call or takes tools away: the message is what the model reads. */
export class McpError extends Error {
  override readonly name = "McpError";
  readonly code: McpErrorCode;

  constructor(code: McpErrorCode, options: McpErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = code;
  }

  /** True also for an error of another copy of this package. */
  static is(error: unknown): error is McpError {
    return typeof error === "object" && error !== null && brand in error;
  }
}
