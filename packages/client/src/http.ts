import { PROTOCOL } from "@runwire/core/protocol";
import { backoff } from "./backoff.ts";
import { ClientError, isTransient } from "./client-error.ts";
import { linkAbort } from "./link-abort.ts";
import { toClientError } from "./to-client-error.ts";

export interface HttpOptions {
  /** Where the server's handler is mounted: its origin and base path. Relative addresses need a page. */
  readonly url: string;
  /** For every request; a function is asked before each one, also before each reconnect. */
  readonly headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
  /** Instead of the global one. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  readonly credentials?: RequestCredentials | undefined;
}

export interface Ask {
  /** Default GET. */
  readonly method?: "POST" | "DELETE";
  /** Below the base path, encoded. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal | undefined;
  /** How often {@link Http.call} tries. Default 5. */
  readonly attempts?: number;
}

export interface Http {
  /** One attempt. Rejects with a {@link ClientError} for every answer that is not ok, or with the signal's reason. */
  send(ask: Ask): Promise<Response>;
  /** For what may safely be repeated: tries a few times before it gives up. Resolves with the answer's JSON. */
  call(ask: Ask): Promise<unknown>;
}

/** For one attempt of a call; and the longest wait that a server may ask a call for. */
const patienceMs = 60_000;

export function createHttp(options: HttpOptions): Http {
  const base = options.url.replace(/\/+$/, "");

  async function send({ method, path, body, headers, signal }: Ask): Promise<Response> {
    const url = base + path;
    if (!URL.canParse(url, globalThis.location?.href)) {
      throw new TypeError(
        `createClient({ url: "${options.url}" }) works only in a page. Here, give the server's whole address.`,
      );
    }
    const reach = async <T>(promise: T | Promise<T>): Promise<T> => {
      try {
        return await promise;
      } catch (cause) {
        signal?.throwIfAborted();
        throw unreachable(url, cause);
      }
    };
    // Whoever makes the headers may need the network for it.
    const own = typeof options.headers === "function" ? options.headers() : options.headers;
    const all = new Headers(await reach(own));
    for (const name in headers) all.set(name, headers[name] as string);
    all.set("runwire-protocol", String(PROTOCOL));
    if (body !== undefined) all.set("content-type", "application/json");
    const response = await reach(
      (options.fetch ?? fetch)(url, {
        method: method ?? "GET",
        headers: all,
        cache: "no-store",
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal ?? null,
        ...(options.credentials !== undefined && { credentials: options.credentials }),
      }),
    );
    if (response.ok) return response;
    throw await toClientError(response, url);
  }

  /** One attempt, to the end of the body. */
  async function ask(request: Ask): Promise<unknown> {
    const url = base + request.path;
    const local = linkAbort(request.signal);
    const timer = setTimeout(() => {
      local.abort(unreachable(url, `no answer in ${patienceMs / 1000} s`));
    }, patienceMs);
    try {
      const response = await send({ ...request, signal: local.signal });
      const text = await response.text().catch((cause: unknown) => {
        local.signal.throwIfAborted();
        throw unreachable(url, cause);
      });
      return text === "" ? undefined : parse(text, url);
    } finally {
      clearTimeout(timer);
      local.release();
    }
  }

  async function call(request: Ask): Promise<unknown> {
    const { attempts = 5, signal = new AbortController().signal } = request;
    for (let failures = 1; ; failures++) {
      try {
        return await ask(request);
      } catch (error) {
        signal.throwIfAborted();
        if (!ClientError.is(error) || !isTransient(error) || failures >= attempts) throw error;
        const floorMs = error.retryAfterMs ?? 0;
        if (floorMs > patienceMs) throw error;
        await backoff({ failures, floorMs, signal });
      }
    }
  }

  return { send, call };
}

function unreachable(url: string, cause: unknown): ClientError {
  return new ClientError({ code: "network", message: `Could not reach ${url}: ${cause}`, cause });
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ClientError({ code: "protocol", message: `${url} did not answer in JSON.`, cause });
  }
}
