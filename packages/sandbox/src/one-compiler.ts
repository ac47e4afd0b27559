import { compilerSandbox } from "./remote/compiler-sandbox.ts";
import { remoteLimits } from "./remote/remote-limits.ts";
import { post } from "./remote/request.ts";
import type { Limits, Sandbox } from "./sandbox.ts";

export interface OneCompilerOptions {
  /** Of RapidAPI. */
  readonly key: string;
  /** Default: OneCompiler's host at RapidAPI. */
  readonly url?: string;
  /** OneCompiler's names; the first is the default. Default: Python and some more. */
  readonly languages?: readonly [string, ...string[]];
  readonly limits?: Partial<Pick<Limits, "timeoutMs" | "outputBytes">>;
}

const common = [
  "python",
  "nodejs",
  "typescript",
  "java",
  "go",
  "rust",
  "cpp",
  "ruby",
  "php",
] as const;

/**
 * OneCompiler, by RapidAPI: many languages, no state, no streaming.
 *
 * @example
 * const sandbox = oneCompiler({ key: process.env.RAPIDAPI_KEY });
 */
export function oneCompiler({
  key,
  url = "https://onecompiler-apis.p.rapidapi.com",
  languages = common,
  limits,
}: OneCompilerOptions): Sandbox {
  const headers = { "x-rapidapi-key": key, "x-rapidapi-host": new URL(url).host };
  const endpoint = new URL("/api/v1/run", url).href;
  return compilerSandbox({
    id: "onecompiler",
    languages,
    limits: remoteLimits(limits),
    streaming: false,
    send: (request, signal) => post(endpoint, headers, request, signal),
  });
}
