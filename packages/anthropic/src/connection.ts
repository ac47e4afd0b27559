import { Anthropic } from "@anthropic-ai/sdk";
import { type Asked, toModelError } from "./errors.ts";
import type { EventStream } from "./read-reply.ts";

/**
 * What is used of a client: Anthropic's own has it, and those for Bedrock, Vertex and Foundry, which may come from
 * another version of the SDK.
 */
export interface AnthropicClient {
  readonly baseURL: string;
  readonly messages: {
    create(
      body: Anthropic.MessageCreateParamsStreaming,
      options: { readonly signal: AbortSignal; readonly maxRetries: number },
    ): PromiseLike<EventStream>;
  };
}

/** How to reach the API: through a client of your own, or through one made from these. */
export type Connection =
  | { readonly client: AnthropicClient }
  | {
      readonly client?: never;
      /** Default: the environment's `ANTHROPIC_BASE_URL`, else Anthropic itself. */
      readonly baseURL?: string;
      /**
       * Default: without a `baseURL`, and for Anthropic's own, what the SDK finds: the environment's
       * `ANTHROPIC_API_KEY`, read at the first call, or the account that is logged in; for another one none, since a key
       * is nobody else's business.
       */
      readonly apiKey?: string | undefined;
      /** Sent with every request; `anthropic-beta` names what is not yet for all. */
      readonly headers?: { readonly [name: string]: string };
    };

export interface Connected {
  readonly client: AnthropicClient;
  readonly asked: Asked;
  /**
   * The key under which provider data is kept. What Anthropic signed, its models know wherever they are hosted, and
   * nobody else does: a thread that moves to another server goes on without it.
   */
  readonly key: string;
}

/** Makes the client at the first call, when the environment is complete, and keeps it. Throws ModelErrors only. */
export function lazyConnect(connection: Connection): () => Connected {
  let connected: Connected | undefined;
  return () => {
    connected ??= connect(connection);
    return connected;
  };
}

/** The model's name for people: who serves it, then what it is called there. */
export function modelId(connection: Connection, model: string): string {
  const { baseURL } = connection.client ?? connection;
  const host = baseURL === undefined ? "anthropic.com" : hostOf(baseURL);
  return `${isAnthropic(host) ? "anthropic" : host}/${model}`;
}

function connect(connection: Connection): Connected {
  try {
    const client = connection.client ?? createClient(connection);
    const host = hostOf(client.baseURL);
    const genuine = isAnthropic(host) || hostsClaude(host);
    return { client, asked: { host, genuine }, key: genuine ? "anthropic" : `anthropic@${host}` };
  } catch (error) {
    throw toModelError(error, { host: "Anthropic", genuine: true });
  }
}

function createClient(connection: Exclude<Connection, { readonly client: AnthropicClient }>) {
  const { baseURL, apiKey, headers } = connection;
  const foreign = baseURL !== undefined && !isAnthropic(hostOf(baseURL));
  const keyless = foreign && apiKey === undefined;
  return new Anthropic({
    ...(baseURL !== undefined && { baseURL }),
    ...(apiKey !== undefined && { apiKey }),
    // Without a key the SDK would look for one of Anthropic's: the header that would carry this one is taken away.
    ...(keyless && { apiKey: "none" }),
    defaultHeaders: { ...(keyless && { authorization: null }), ...headers },
  });
}

function isAnthropic(host: string): boolean {
  return /(^|\.)(anthropic|claude)\.com$/.test(host);
}

/** Bedrock, Vertex and Foundry. */
function hostsClaude(host: string): boolean {
  return /(^|\.)(amazonaws\.com|api\.aws|googleapis\.com|azure\.com)$/.test(host);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
