import type { ErrorCode, RunError } from "./protocol/errors.ts";
import type { Json } from "./protocol/json.ts";
import type { Usage } from "./protocol/usage.ts";

export interface ModelErrorOptions {
  readonly code: Extract<
    ErrorCode,
    "model-error" | "rate-limited" | "context-length" | "invalid-output"
  >;
  readonly message: string;
  /** Whether the same request may succeed later. Default: true for `rate-limited`, else false. */
  readonly retryable?: boolean;
  /**
   * Whether the fault is not the request's: the model is down, overloaded, over its quota or gone, or the key is
   * refused. Then an agent with several models goes on with the next one. Default: true when `retryable`, for
   * `rate-limited`, and for the status 401 to 404, 429, and from 500 on.
   */
  readonly unavailable?: boolean;
  /** The provider's `Retry-After`, in ms from now. */
  readonly retryAfterMs?: number;
  /** HTTP status of the provider's answer. */
  readonly status?: number;
  /** What the failed attempt cost, when the provider said so. */
  readonly usage?: Usage;
  readonly details?: Json;
  readonly cause?: unknown;
}

function isUnavailable({ code, status = 0 }: ModelErrorOptions, retryable: boolean): boolean {
  const refused = (status >= 401 && status <= 404) || status === 429;
  return retryable || code === "rate-limited" || refused || status >= 500;
}

const brand = Symbol.for("runwire.ModelError");

/** What a {@link Model} throws when its provider refused or broke. The runtime turns it into events. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorOptions["code"];
  readonly retryable: boolean;
  readonly unavailable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly usage: Usage | undefined;
  readonly details: Json | undefined;

  constructor(options: ModelErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = options.code;
    this.retryable = options.retryable ?? options.code === "rate-limited";
    this.unavailable = options.unavailable ?? isUnavailable(options, this.retryable);
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
    this.usage = options.usage;
    this.details = options.details;
  }

  /** True also for an error of another copy of this package. */
  static is(error: unknown): error is ModelError {
    return typeof error === "object" && error !== null && brand in error;
  }

  /** The error as the log carries it. */
  toRunError(): RunError {
    return {
      code: this.code,
      message: this.message,
      ...(this.retryable && { retryable: true as const }),
      ...(this.details !== undefined && { details: this.details }),
    };
  }
}
