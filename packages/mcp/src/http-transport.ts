import { type JSONRPCMessage, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

type SendOptions = Parameters<StreamableHTTPClientTransport["send"]>[1];

/** In the place of an answer that was cut off. */
const cutOff = {
  code: -32_000,
  message: "The answer was cut off.",
  data: { "runwire/cut-off": true },
};

/** True for what a request fails with whose answer was cut off. */
export function isCutOff({ data }: { readonly data?: unknown }): boolean {
  return typeof data === "object" && data !== null && "runwire/cut-off" in data;
}

/** How long a server may take to hear that its session is over. */
const goodbyeMs = 1_000;

/**
 * Streamable HTTP that ends its session when it is closed, and that tells a request when its answer was cut off and cannot be resumed: the client alone would wait for
 * it until the request's time is up.
 */
export class HttpTransport extends StreamableHTTPClientTransport {
  override send(message: JSONRPCMessage, options?: SendOptions): Promise<void> {
    if (!("method" in message && "id" in message)) return super.send(message, options);
    const { id } = message;
    return super.send(message, {
      // Of an answer that has come the client knows the id no more, and passes over this.
      onRequestStreamEnd: () => this.onmessage?.({ jsonrpc: "2.0", id, error: cutOff }),
      ...options,
    });
  }

  override async close(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, goodbyeMs);
    });
    // A server that does not hear it forgets the session by itself.
    await Promise.race([this.terminateSession().catch(() => {}), enough]);
    clearTimeout(timer);
    await super.close();
  }
}
