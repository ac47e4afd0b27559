export type SandboxErrorCode =
  /** The sandbox cannot be started or reached. */
  | "unavailable"
  /** A remote sandbox does not know the key. */
  | "auth"
  /** A remote account is used up. */
  | "quota"
  /** Too many requests: later. */
  | "rate_limit"
  /** The sandbox cannot do what was asked: its `caps` say so. */
  | "unsupported"
  /** An option cannot work. */
  | "invalid"
  /** A remote sandbox answered something else than its wire. */
  | "protocol"
  /** The sandbox or the context was closed. */
  | "closed";

export interface SandboxErrorOptions {
  /** What is wrong and what to do about it. */
  readonly message: string;
  /** The same call may succeed later. Default false. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

const brand = Symbol.for("runwire.SandboxError");

/** A failure of the sandbox itself. What a program does wrong is a result, never this. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: SandboxErrorCode;
  readonly retryable: boolean;

  constructor(code: SandboxErrorCode, options: SandboxErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }

  /** True also for an error of another copy of this package. */
  static is(error: unknown): error is SandboxError {
    return typeof error === "object" && error !== null && brand in error;
  }
}
