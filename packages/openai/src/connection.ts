import { OpenAI } from "openai";
import { type Asked, toModelError } from "./errors.ts";

/** How to reach the API: through a client of your own, or through one made from these. */
export type Connection =
  | { readonly client: OpenAI }
  | {
      readonly client?: never;
      /** Default: the environment's `OPENAI_BASE_URL`, else OpenAI itself. */
      readonly baseURL?: string;
      /**
       * Default: without a `baseURL`, and for OpenAI's own, the environment's `OPENAI_API_KEY`, read at the first call;
       * for another one none, since a key is nobody else's business.
       */
      readonly apiKey?: string | undefined;
      /** Default: the environment's `OPENAI_ORG_ID`, where its key would go. */
      readonly organization?: string;
      /** Sent with every request. */
      readonly headers?: { readonly [name: string]: string };
    };

export interface Connected {
  readonly client: OpenAI;
  readonly asked: Asked;
  /**
   * The key under which provider data is kept. What one server signed or encrypted, another one refuses, so each has
   * its own: a thread that moves to another server goes on without it.
   */
  readonly key: string;
}

/** Makes the client at the first call, when the environment is complete, and keeps it. Throws ModelErrors only. */
export function lazyConnect(connection: Connection, api: Asked["api"]): () => Connected {
  let connected: Connected | undefined;
  return () => {
    connected ??= connect(connection, api);
    return connected;
  };
}

/** The model's name for people: who serves it, then what it is called there. */
export function modelId(connection: Connection, model: string): string {
  const { baseURL } = connection.client ?? connection;
  const host = baseURL === undefined ? "openai.com" : hostOf(baseURL);
  return `${isOpenAI(host) ? "openai" : host}/${model}`;
}

function connect(connection: Connection, api: Asked["api"]): Connected {
  try {
    const client = connection.client ?? createClient(connection);
    const host = hostOf(client.baseURL);
    const name = api === "chat" ? "openai-chat" : "openai";
    return {
      client,
      asked: { host, genuine: isOpenAI(host) || /(^|\.)azure\.com$/.test(host), api },
      key: isOpenAI(host) ? name : `${name}@${host}`,
    };
  } catch (error) {
    throw toModelError(error, { host: "OpenAI", genuine: true, api });
  }
}

function createClient(connection: Exclude<Connection, { readonly client: OpenAI }>): OpenAI {
  const { baseURL, apiKey, organization, headers } = connection;
  const foreign = baseURL !== undefined && !isOpenAI(hostOf(baseURL));
  const keyless = foreign && apiKey === undefined;
  return new OpenAI({
    ...(baseURL !== undefined && { baseURL }),
    ...(apiKey !== undefined && { apiKey }),
    // The SDK wants a key in any case: the header that would carry it is taken away.
    ...(keyless && { apiKey: "none" }),
    // What the SDK would read from the environment says whose account it is.
    ...(foreign && { organization: null, project: null }),
    ...(organization !== undefined && { organization }),
    defaultHeaders: { ...(keyless && { Authorization: null }), ...headers },
  });
}

function isOpenAI(host: string): boolean {
  return /(^|\.)openai\.com$/.test(host);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
