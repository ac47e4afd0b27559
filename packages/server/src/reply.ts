import type { Problem } from "./problem.ts";

/**
 * What a route answers. The handler makes the one `Response` of it, with the headers that all have in common: a
 * response whose body is wrapped again leaves the fast path of its host.
 */
export interface Reply {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | ReadableStream<Uint8Array>;
}

export function json(value: unknown, status = 200, headers?: Reply["headers"]): Reply {
  return {
    status,
    headers: { "content-type": "application/json", ...privateHeaders, ...headers },
    body: JSON.stringify(value),
  };
}

export function problemReply(problem: Problem): Reply {
  return {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      ...privateHeaders,
      ...problem.options.headers,
    },
    body: JSON.stringify(problem),
  };
}

/** Answers are for one principal at one time. */
const privateHeaders = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/**
 * Headers of a stream. `no-transform` and `x-accel-buffering` keep proxies from collecting or compressing it; nothing
 * here is invalid on HTTP/2.
 */
export function streamHeaders(contentType: string): { readonly [name: string]: string } {
  return {
    "content-type": contentType,
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  };
}
