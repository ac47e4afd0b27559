import {
  type AgentDefinition,
  type AgentMap,
  type AgentMapOf,
  type AgentsOf,
  createRuntime,
  type HasAgents,
  type Runtime,
  type RuntimeCore,
} from "@runwire/core";
import { checkOffered } from "./client-models.ts";
import type { HandlerOptions, RuntimeHandlerOptions } from "./options.ts";
import { prepare } from "./serve.ts";

/**
 * A fetch-shaped server for agents: give it to any host that has `Request` and `Response`. It never rejects.
 * `typeof handler` is what `createClient` takes its types from.
 */
export interface Handler<Agents extends AgentMap = AgentMap, R extends RuntimeCore = RuntimeCore>
  extends HasAgents<Agents> {
  (request: Request): Promise<Response>;
  readonly runtime: R;
  /** Without a slash at its end; "" is the root. */
  readonly basePath: string;
  /**
   * For deploys: refuses new requests with 503, closes the runtime, and ends the streams, so that viewers go on
   * elsewhere from where they are. `deadlineMs` is the runtime's. A runtime that was given as `runtime` stays open.
   */
  close(options?: { readonly deadlineMs?: number }): Promise<void>;
}

/** Serves a runtime that exists already. */
export function createHandler<R extends RuntimeCore>(
  options: RuntimeHandlerOptions<R>,
): Handler<AgentsOf<R>, R>;
/**
 * Serves agents over HTTP: streams that survive dropped connections, cancel, approvals, threads.
 *
 * @example
 * const handler = createHandler({ agents: [assistant], basePath: "/api" });
 * Bun.serve({ fetch: handler });
 *
 * @throws TypeError for options that cannot work.
 */
export function createHandler<const A extends readonly AgentDefinition[]>(
  options: HandlerOptions<A>,
): Handler<AgentMapOf<A>, Runtime<AgentMapOf<A>>>;
export function createHandler(options: HandlerOptions | RuntimeHandlerOptions): Handler {
  const serve = prepare(options);
  checkOffered(options);
  const runtime = "runtime" in options ? options.runtime : createRuntime(options);
  const service = serve(runtime);
  let closed: Promise<void> | undefined;

  async function close(deadline?: { readonly deadlineMs?: number }): Promise<void> {
    service.refuse();
    try {
      if (!("runtime" in options)) await runtime.close(deadline);
    } finally {
      service.closeStreams();
    }
  }

  return Object.assign((request: Request) => service.respond(request), {
    runtime,
    basePath: service.basePath,
    close: (deadline?: { readonly deadlineMs?: number }) => (closed ??= close(deadline)),
  });
}
