import { compilerSandbox } from "./remote/compiler-sandbox.ts";
import { remoteLimits } from "./remote/remote-limits.ts";
import { post } from "./remote/request.ts";
import type { Limits, Sandbox } from "./sandbox.ts";

export interface HttpOptions {
  /** Where programs are posted to. */
  readonly url: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly key?: string;
  /** What it runs; the first is the default. Default: Python. */
  readonly languages?: readonly [string, ...string[]];
  readonly limits?: Partial<Pick<Limits, "timeoutMs" | "outputBytes">>;
}

/**
 * A sandbox of your own behind one URL. It is sent `{ language, stdin, files: [{ name, content }] }`, the program first
 * among the files, and answers `{ status, stdout, stderr, exception }` as JSON; or streams pieces of that, each with
 * what was printed since the last, as NDJSON or as server-sent events.
 *
 * @example
 * const sandbox = http({ url: process.env.SANDBOX_URL, key: process.env.AUTH_KEY });
 */
export function http({ url, key, languages = ["python"], limits }: HttpOptions): Sandbox {
  const headers = {
    accept: "application/x-ndjson, text/event-stream, application/json",
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
  return compilerSandbox({
    id: "http",
    languages,
    limits: remoteLimits(limits),
    streaming: true,
    send: (request, signal) => post(url, headers, request, signal),
  });
}
