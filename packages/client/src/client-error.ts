/** Why a request or a stream failed for good. Other codes may appear: treat an unknown one like `refused`. */
export type ClientErrorCode =
  /** The server could not be reached, or the connection broke. */
  | "network"
  /** 401: who are you? */
  | "unauthorized"
  /** 403: not you. */
  | "forbidden"
  /** 404: no such agent, run, thread or route, or it is somebody else's. */
  | "not-found"
  /** 409: the run to go on from has not ended. */
  | "busy"
  /** 409: too late. The run has ended, or somebody else was first to answer. */
  | "closed"
  /** 409: another request has the same id. */
  | "conflict"
  /** 410: the run or thread was deleted. */
  | "gone"
  /** 413. */
  | "too-large"
  /** 429, also after waiting. */
  | "rate-limited"
  /** Any other 4xx: the request itself is wrong. */
  | "refused"
  /** 5xx, also after trying again. */
  | "server"
  /** The answer is not what this protocol says: a proxy's page, another service, another version. */
  | "protocol";

/** The body of an error answer (RFC 9457), as far as the server told. */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly errors?: unknown;
  /** With `busy`: the run that has not ended. */
  readonly run?: string;
}

export interface ClientErrorOptions {
  readonly code: ClientErrorCode;
  readonly message: string;
  readonly status?: number | undefined;
  readonly problem?: Problem | undefined;
  /** How long the server asks to wait. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

const brand = Symbol.for("runwire.ClientError");

/** What this package throws and rejects with when it gives up. Failures of a run itself are events, never this. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ClientErrorCode;
  /** HTTP status of the answer, when there was one. */
  readonly status: number | undefined;
  readonly problem: Problem | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(options: ClientErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = options.code;
    this.status = options.status;
    this.problem = options.problem;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** True also for an error of another copy of this package. */
  static is(error: unknown): error is ClientError {
    return typeof error === "object" && error !== null && brand in error;
  }
}

/** Whether the same request may succeed later: no answer, 408, 425, 429, 5xx. */
export function isTransient(error: ClientError): boolean {
  const { code, status } = error;
  return (
    code === "network" ||
    code === "server" ||
    code === "rate-limited" ||
    status === 408 ||
    status === 425
  );
}
