import {
  type AgentDefinition,
  type AgentMap,
  type AgentMapOf,
  type AgentsOf,
  createRuntime,
  type HasAgents,
  type Runtime,
  type RuntimeCore,
  type RuntimeOptions,
} from "@runwire/core";
import type { ServeOptions } from "./options.ts";
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
  options: ServeOptions & RuntimeOptions<A>,
): Handler<AgentMapOf<A>, Runtime<AgentMapOf<A>>>;
/** Serves a runtime that is yours to close. */
export function createHandler<R extends RuntimeCore>(
  options: ServeOptions & { readonly runtime: R },
): Handler<AgentsOf<R>, R>;
export function createHandler(
  options: ServeOptions & (RuntimeOptions | { readonly runtime: RuntimeCore }),
): Handler {
  const serve = prepare(options);
  const own = "runtime" in options ? undefined : createRuntime(options);
  const runtime = own ?? (options as { readonly runtime: RuntimeCore }).runtime;
  const service = serve(runtime);
  let closed: Promise<void> | undefined;

  async function close(options?: { readonly deadlineMs?: number }): Promise<void> {
    service.refuse();
    try {
      await own?.close(options);
    } finally {
      service.closeStreams();
    }
  }

  return Object.assign((request: Request) => service.respond(request), {
    runtime,
    basePath: service.basePath,
    close: (options?: { readonly deadlineMs?: number }) => (closed ??= close(options)),
  });
}
