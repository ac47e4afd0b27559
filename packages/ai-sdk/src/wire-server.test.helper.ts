import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the body as it comes
  readonly body: any;
  /** Resolves when the client has closed the request. */
  readonly closed: Promise<void>;
}

export type Answer = (response: ServerResponse, asked: Asked) => void | Promise<void>;

export interface WireServer {
  readonly baseURL: string;
  readonly asked: readonly Asked[];
  /** How the next request is answered, after those that wait already. */
  answer(answer: Answer): void;
  close(): Promise<void>;
}

/** A server on a real socket that answers one request after the other as it was told. */
export async function wireServer(): Promise<WireServer> {
  const asked: Asked[] = [];
  const answers: Answer[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one: Asked = {
      path: request.url ?? "",
      headers: request.headers,
      body: JSON.parse(Buffer.concat(chunks).toString() || "null"),
      closed: new Promise((resolve) => response.once("close", resolve)),
    };
    asked.push(one);
    const answer = answers.shift() ?? refuse(500, { message: "The test has no answer for this." });
    await answer(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}`,
    asked,
    answer: (answer) => void answers.push(answer),
    close: () => closeServer(server),
  };
}

/** A server that closes with the test. */
export async function testServer(): Promise<WireServer> {
  const server = await wireServer();
  onTestFinished(() => server.close());
  return server;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

/** Answers with an error as OpenAI and Anthropic write it. */
export function refuse(
  status: number,
  error: object,
  headers: { readonly [name: string]: string } = {},
): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ type: "error", error }));
  };
}

export interface StreamOptions {
  /** Where to cut the bytes; each piece is a chunk of its own. Default: nowhere. */
  readonly cuts?: readonly number[];
  /** What comes after the bytes. `hang`: nothing, and no end. Default `end`. */
  readonly ending?: "end" | "hang" | "break";
}

/** Answers with a stream of these bytes. */
export function stream(text: string, { cuts = [], ending = "end" }: StreamOptions = {}): Answer {
  const bytes = Buffer.from(text);
  return async (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      if (to > from)
        await new Promise<void>((resolve) =>
          response.write(bytes.subarray(from, to), () => resolve()),
        );
      from = Math.max(from, to);
    }
    if (ending === "end") response.end();
    else if (ending === "break") response.destroy();
  };
}
