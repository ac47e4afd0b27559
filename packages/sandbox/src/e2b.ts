import type { SandboxOpts } from "@e2b/code-interpreter";
import { e2bContext } from "./remote/e2b-context.ts";
import { remoteLimits } from "./remote/remote-limits.ts";
import type { Limits, Sandbox, SandboxContext } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** What the E2B SDK takes (`apiKey`, by default `E2B_API_KEY`, `template`, `allowInternetAccess`, `envs` …), and: */
export interface E2bOptions extends Omit<SandboxOpts, "timeoutMs" | "mcp"> {
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
