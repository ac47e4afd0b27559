import type { Client, RequestOptions } from "@modelcontextprotocol/client";
import type { ToolsByName } from "@runwire/core";
import { connect } from "./connect.ts";
import { isBroken, lost, neverRan, toMcpError } from "./failure.ts";
import { McpError } from "./mcp-error.ts";
import type { McpOptions } from "./options.ts";

const firstPauseMs = 1_000;
const maxPauseMs = 30_000;
/** The client must not be the one that gives up: the tool's own time and the run's signal decide. */
const noTimeout = 2_147_483_647;

/** One request of the server. */
export type Ask<T> = (client: Client, options: RequestOptions) => Promise<T>;

interface Live {
  readonly client: Client;
  /** As listed; dropped when the server says that they have changed. */
  tools?: Promise<ToolsByName> | undefined;
}

/**
 * The one connection to a server, for all runtimes that hold it: made when it is first needed, made again when it is
 * needed and broke, closed with the last holder. Nothing goes on in the background: while a server is down, who asks is
 * told so at once, and one of them tries again when its pause is over.
 */
export class Connection {
  readonly #options: McpOptions;
  readonly #list: Ask<ToolsByName>;
  readonly #connectTimeoutMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #holders = new Set<symbol>();
  /** Under way, or made. */
  #attempt: Promise<Live> | undefined;
  /** Made, and not known to be broken. */
  #live: Live | undefined;
  #failures = 0;
  #down: { readonly error: McpError; readonly until: number } | undefined;

  constructor(options: McpOptions, list: Ask<ToolsByName>) {
    this.#options = options;
    this.#list = list;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 30_000;
    const { onError = (error) => console.error(error) } = options;
    this.#onError = onError;
  }

  /** The connection may be used from now on. The answer gives that back; the last to do so closes it. */
  hold(): () => Promise<void> {
    const holder = Symbol(this.#options.name);
    this.#holders.add(holder);
    return async () => {
      this.#holders.delete(holder);
      if (this.#holders.size === 0) await this.#close();
    };
  }

  /** The server's tools as they are now. */
  async tools(): Promise<ToolsByName> {
    const live = await this.#connected();
    live.tools ??= this.#listed(live);
    return live.tools;
  }

  async #listed(live: Live): Promise<ToolsByName> {
    try {
      const tools = await this.#list(live.client, { timeout: this.#connectTimeoutMs });
      this.#failures = 0;
      return tools;
    } catch (error) {
      this.#drop(live);
      throw this.#failed(error);
    }
  }

  /** Asks the server, again on a new connection if the first cannot have got there. Rejects with a {@link McpError}. */
  async request<T>(ask: Ask<T>, options: RequestOptions = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const live = await this.#connected();
      try {
        return await ask(live.client, { timeout: noTimeout, ...options });
      } catch (error) {
        options.signal?.throwIfAborted();
        if (isBroken(error)) this.#drop(live);
        if (attempt > 1 || !neverRan(error)) throw toMcpError(this.#options.name, error);
      }
    }
  }

  #connected(): Promise<Live> {
    if (this.#attempt !== undefined) return this.#attempt;
    if (this.#holders.size === 0) {
      const message = `The MCP server "${this.#options.name}" was closed with its runtime.`;
      return Promise.reject(new McpError("unavailable", { message }));
    }
    if (this.#down !== undefined && performance.now() < this.#down.until) {
      return Promise.reject(this.#down.error);
    }
    const attempt = this.#connect();
    this.#attempt = attempt;
    attempt.catch(() => {
      if (this.#attempt === attempt) this.#attempt = undefined;
    });
    return attempt;
  }

  async #connect(): Promise<Live> {
    const { name } = this.#options;
    let live: Live | undefined;
    try {
      const client = await connect(this.#options, {
        timeoutMs: this.#connectTimeoutMs,
        onError: this.#onError,
        onToolsChanged: () => {
          if (live !== undefined) live.tools = undefined;
        },
      });
      const made: Live = { client };
      client.onclose = () => {
        if (this.#live === made) this.#onError(lost(name));
        this.#drop(made);
      };
      live = made;
      this.#live = made;
      return made;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** The server is of no use: nobody tries again before the pause is over. */
  #failed(thrown: unknown): McpError {
    const error = toMcpError(this.#options.name, thrown);
    const pause = Math.min(maxPauseMs, firstPauseMs * 2 ** this.#failures++);
    this.#down = { error, until: performance.now() + pause * (0.5 + Math.random() / 2) };
    this.#onError(error);
    return error;
  }

  /** Lets go of a connection that is of no use any more: the next request makes another one. */
  #drop(broken: Live): void {
    if (this.#live === broken) {
      this.#live = undefined;
      this.#attempt = undefined;
    }
    void closeQuietly(broken.client);
  }

  async #close(): Promise<void> {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    this.#live = undefined;
    this.#down = undefined;
    const live = await attempt?.catch(() => undefined);
    if (live !== undefined) await closeQuietly(live.client);
  }
}

async function closeQuietly(client: Client): Promise<void> {
  client.onerror = () => {};
  await client.close().catch(() => {});
}
