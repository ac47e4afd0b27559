import type { AgentDefinition, RuntimeCore, RuntimeOptions } from "@runwire/core";
import type { Authorize } from "./authorize.ts";
import type { CorsOptions } from "./cors.ts";
import type { RequestLimits } from "./limits.ts";

/** How runs are served. */
export interface ServeOptions {
  /** The path that the handler is mounted at, as the server sees it: `"/api"`. Default: none. */
  readonly basePath?: string;
  /**
   * Says whose request it is, and whether it may. Default: everybody is one and the same anonymous principal, and sees
   * and stops everybody's runs. Fine on your own machine; anywhere else set it.
   */
  readonly authorize?: Authorize;
  /** Pages of which other origins may use the server. Default: of none. */
  readonly cors?: CorsOptions;
  /**
   * Which of the runtime's `models` a request may start a run with, by name: whoever may start a run may choose among
   * them, and the run's costs with them. Default: none.
   */
  readonly clientModels?: readonly string[];
  /** Default 1 MB (1,048,576). */
  readonly maxBodyBytes?: number;
  /**
   * How often a stream gets a comment, in ms. Default 8,000: Bun closes connections that are silent for 10 s, and
   * balancers follow at 30 to 60.
   */
  readonly keepAliveMs?: number;
  readonly limits?: RequestLimits;
  /**
   * Told what became a 500 or broke a stream, of which the viewer learns nothing, and without a request what went wrong
   * in the runtime. Of a stream that was open, the request is its method and URL alone. Default: `console.error`.
   */
  readonly onError?: (error: unknown, request?: Request) => void;
}

/** Agents to run and to serve. */
export interface HandlerOptions<A extends readonly AgentDefinition[] = readonly AgentDefinition[]>
  extends ServeOptions,
    Omit<RuntimeOptions, "agents" | "onError"> {
  readonly agents: A;
}

/** A runtime to serve, which is yours to close. */
export interface RuntimeHandlerOptions<R extends RuntimeCore = RuntimeCore> extends ServeOptions {
  readonly runtime: R;
}
