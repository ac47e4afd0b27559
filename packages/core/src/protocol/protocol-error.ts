export type ProtocolErrorCode =
  /** A frame is not an event: not JSON, or a field is missing or of the wrong type. */
  | "malformed"
  /** A patch does not apply, or points where none may. */
  | "patch";

export interface ProtocolErrorOptions {
  readonly code: ProtocolErrorCode;
  readonly message: string;
  /** JSON Pointer (RFC 6901) to the place in question. */
  readonly path: string;
  readonly cause?: unknown;
}

const brand = Symbol.for("runwire.ProtocolError");

/** What the protocol's own functions throw: text that is no event, a patch that does not apply. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;
  readonly path: string;

  constructor(options: ProtocolErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = options.code;
    this.path = options.path;
  }

  /** True also for an error of another copy of this package. */
  static is(error: unknown): error is ProtocolError {
    return typeof error === "object" && error !== null && brand in error;
  }
}
