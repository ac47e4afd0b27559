import type { TypesOf } from "@runwire/core";
import { createHttp, type HttpOptions } from "./http.ts";
import type { Thread, ThreadOptions } from "./thread.ts";
import { createThreadStore } from "./thread-store.ts";

/**
 * One conversation without a client, which is less to load where nothing else is asked of the server.
 *
 * @example
 * const thread = createThread<typeof assistant>({ url: "/api", agent: "assistant" }); // imports a type only
 */
export function createThread<Agent>(
  options: HttpOptions & ThreadOptions<TypesOf<Agent>>,
): Thread<TypesOf<Agent>> {
  // The server's types hold what the server sends: nothing here depends on them.
  const untyped = options as HttpOptions & ThreadOptions;
  return createThreadStore(createHttp(options), untyped) as unknown as Thread<TypesOf<Agent>>;
}
