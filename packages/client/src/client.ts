import type {
  AgentMap,
  AgentsOf,
  RunInput,
  RunOptions,
  Runs,
  ThreadInfo,
  WatchOptions,
} from "@runwire/core";
import { ClientError } from "./client-error.ts";
import { createHttp, type HttpOptions } from "./http.ts";
import { followRun, startRun } from "./run.ts";
import type { Thread, ThreadOptions, ThreadSnapshot } from "./thread.ts";
import { createThreadStore } from "./thread-store.ts";

export type ClientOptions = HttpOptions;

/** A page of the list of threads. */
export interface ThreadPage {
  readonly threads: readonly Omit<ThreadInfo, "principal">[];
  /** The `before` of the page after this one; absent on the last. */
  readonly next?: number;
}

/** A server's runs and threads, from anywhere. Holds no connection and no state of its own, so it can be shared. */
export interface Client<Agents extends AgentMap = AgentMap> extends Runs<Agents> {
  /** The conversations of whoever asks. */
  readonly threads: {
    /** Newest activity first. */
    list(page?: { readonly limit?: number; readonly before?: number }): Promise<ThreadPage>;
    /** Deletes the conversation with all its runs, and ends what runs. */
    delete(thread: string): Promise<void>;
  };
  /** A conversation as it is now, for the `initial` of a thread; `undefined`: there is none. */
  load<N extends keyof Agents & string>(
    agent: N,
    thread: string,
  ): Promise<ThreadSnapshot<Agents[N]> | undefined>;
  /** A conversation to show. Does nothing until somebody subscribes. */
  thread<N extends keyof Agents & string>(
    options: ThreadOptions<Agents[N]> & { readonly agent: N },
  ): Thread<Agents[N]>;
}

/**
 * @example
 * const client = createClient<typeof handler>({ url: "/api" }); // imports a type only
 * const run = client.run("assistant", "Hi", { on: { "text.delta": (e) => write(e.delta) } });
 * await run.result;
 */
export function createClient<Server>(options: ClientOptions): Client<AgentsOf<Server>> {
  const http = createHttp(options);
  const find = async (thread: string): Promise<ThreadSnapshot | undefined> => {
    try {
      return (await http.call({ path: pathOf(thread) })) as ThreadSnapshot;
    } catch (error) {
      if (ClientError.is(error) && error.code === "not-found") return undefined;
      throw error;
    }
  };
  const client = {
    run: (agent: string, input: RunInput, watch: RunOptions = {}) =>
      startRun(http, agent, input, watch),
    follow: (run: string, watch: WatchOptions = {}) => followRun(http, run, watch),
    async latest(thread: string) {
      const head = (await find(thread))?.head;
      return head === undefined ? undefined : followRun(http, head, {});
    },
    threads: {
      async list(page: { readonly limit?: number; readonly before?: number } = {}) {
        const query = new URLSearchParams();
        if (page.limit !== undefined) query.set("limit", `${page.limit}`);
        if (page.before !== undefined) query.set("before", `${page.before}`);
        return (await http.call({ path: `/threads?${query}` })) as ThreadPage;
      },
      async delete(thread: string) {
        await http.call({ method: "DELETE", path: pathOf(thread) });
      },
    },
    load: (_agent: string, thread: string) => find(thread),
    thread: (watch: ThreadOptions) => createThreadStore(http, watch),
  } satisfies Record<keyof Client, unknown>;
  // The server's types hold what the server sends: nothing here depends on them.
  return client as unknown as Client<AgentsOf<Server>>;
}

function pathOf(thread: string): string {
  return `/threads/${encodeURIComponent(thread)}`;
}
