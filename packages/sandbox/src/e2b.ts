import { e2bContext } from "./remote/e2b-context.ts";
import { remoteLimits } from "./remote/remote-limits.ts";
import type { Limits, Sandbox, SandboxContext } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** What is handed to the E2B SDK, and this package's own limits. */
export interface E2bOptions {
  /** Default: `E2B_API_KEY`. */
  readonly apiKey?: string;
  /** The machine's template. Default: E2B's code interpreter. */
  readonly template?: string;
  /** Whether programs may reach the network. Default true. */
  readonly allowInternetAccess?: boolean;
  /** The environment of programs. */
  readonly envs?: { readonly [name: string]: string };
  /** Kept with the machine, for people. */
  readonly metadata?: { readonly [name: string]: string };
  /** E2B installations of one's own: the domain, or the addresses of the API and of the machines. */
  readonly domain?: string;
  readonly apiUrl?: string;
  readonly sandboxUrl?: string;
  /** Of the SDK, for requests that failed. Default 3. */
  readonly retries?: number;
  /** The first is the default. Default: Python and what else E2B's own template runs. */
  readonly languages?: readonly [string, ...string[]];
  readonly limits?: Partial<Pick<Limits, "timeoutMs" | "outputBytes">>;
}

const common = ["python", "javascript", "typescript", "r", "java", "bash"] as const;

/**
 * E2B's code interpreter: a virtual machine for each context. Needs the package `@e2b/code-interpreter` beside this one.
 *
 * @example
 * const sandbox = e2b({ apiKey: process.env.E2B_API_KEY });
 */
export function e2b(options: E2bOptions = {}): Sandbox {
  const { languages = common, limits: given, ...connection } = options;
  const limits = remoteLimits(given);
  const contexts = new Set<SandboxContext>();
  let closed = false;
  return {
    id: "e2b",
    caps: {
      languages,
      state: true,
      streaming: true,
      results: true,
      files: { in: true, out: false },
      hostTools: false,
      check: false,
      network: connection.allowInternetAccess !== false,
      isolation: "remote",
    },
    async open({ tools = {} } = {}) {
      if (closed) {
        throw new SandboxError("closed", { message: "The sandbox was closed. Make a new one." });
      }
      if (Object.keys(tools).length > 0) {
        throw new SandboxError("unsupported", { message: "E2B's programs cannot call tools." });
      }
      const context = e2bContext({ connection, languages, limits });
      contexts.add(context);
      return {
        ...context,
        close() {
          contexts.delete(context);
          return context.close();
        },
      };
    },
    async close() {
      closed = true;
      await Promise.all([...contexts].map((context) => context.close()));
      contexts.clear();
    },
  };
}
