import { RunwireError } from "@runwire/core";

/** What can be wrong with a request; the last part of a problem's `type`. */
export type ProblemCode =
  /** 400: not JSON, not UTF-8, or beyond what JSON between machines may hold. */
  | "malformed-body"
  /** 400: JSON of another shape; `errors` says where. */
  | "invalid-body"
  /** 400: a query parameter, a header or the path. */
  | "invalid-request"
  /** 401: `authorize` knows nobody behind the request. */
  | "unauthorized"
  /** 404: no such route, agent, run, thread, approval or call, or it is somebody else's. */
  | "not-found"
  /** 405: `Allow` has the methods. */
  | "method-not-allowed"
  /** 406: neither the media types nor the protocol version that the request accepts; `supported` has them. */
  | "not-acceptable"
  /** 409: the run to go on from has not ended; `run` is its id. */
  | "busy"
  /** 409: the same run id or idempotency key with another request. */
  | "conflict"
  /** 409: the run has ended, or somebody else was first. */
  | "closed"
  /** 410: deleted. */
  | "gone"
  /** 413. */
  | "too-large"
  /** 415. */
  | "unsupported-media-type"
  /** 429: `Retry-After` says when. */
  | "too-many-requests"
  /** 500: our fault, told to `onError`. */
  | "internal"
  /** 503: what keeps the runs cannot be reached at the moment; told to `onError`. */
  | "unavailable"
  /** 503: the server is being shut down. */
  | "closing";

/** One fault in a body: where (a JSON Pointer, RFC 6901) and what. */
export interface BodyFault {
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemOptions {
  /** One sentence on this occurrence, for the person who reads it. Nothing internal. */
  readonly detail?: string;
  readonly errors?: readonly BodyFault[];
  /** More members of the document. */
  readonly members?: { readonly [name: string]: unknown };
  readonly headers?: { readonly [name: string]: string };
}

const statuses: { readonly [C in ProblemCode]: readonly [status: number, title: string] } = {
  "malformed-body": [400, "The body cannot be read"],
  "invalid-body": [400, "The body has the wrong shape"],
  "invalid-request": [400, "The request is not valid"],
  unauthorized: [401, "Who are you?"],
  "not-found": [404, "Not found"],
  "method-not-allowed": [405, "Method not allowed"],
  "not-acceptable": [406, "Not acceptable"],
  busy: [409, "The run before has not ended"],
  conflict: [409, "Another request has this id"],
  closed: [409, "Too late"],
  gone: [410, "Deleted"],
  "too-large": [413, "Too large"],
  "unsupported-media-type": [415, "Unsupported media type"],
  "too-many-requests": [429, "Too many requests"],
  internal: [500, "Something went wrong"],
  unavailable: [503, "Out of reach for the moment"],
  closing: [503, "The server is shutting down"],
};

const brand = Symbol.for("runwire.Problem");

/** What a route throws to refuse a request: becomes `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly status: number;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? statuses[code][1]);
    Object.defineProperty(this, brand, { value: true });
    this.code = code;
    this.status = statuses[code][0];
    this.options = options;
  }

  /** True also for an error of another copy of this package. */
  static is(error: unknown): error is Problem {
    return typeof error === "object" && error !== null && brand in error;
  }

  /** The problem document. */
  toJSON(): Record<string, unknown> {
    const { detail, errors, members } = this.options;
    return {
      type: `urn:runwire:problem:${this.code}`,
      title: statuses[this.code][1],
      status: this.status,
      ...(detail !== undefined && { detail }),
      ...(errors !== undefined && { errors }),
      ...members,
    };
  }
}

/** What a caller is told of an error that is no fault of the request. */
export function problemOf(error: unknown): Problem {
  if (Problem.is(error)) return error;
  const unavailable = RunwireError.is(error) && error.code === "log-unavailable";
  return unavailable
    ? new Problem("unavailable", { headers: { "retry-after": "1" } })
    : new Problem("internal");
}

/** This process takes no more work; another one will. */
export function closing(): Problem {
  return new Problem("closing", { headers: { "retry-after": "1" } });
}
