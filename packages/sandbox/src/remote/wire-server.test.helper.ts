import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** JSON, or anything else as `text`. */
  readonly body: { readonly [name: string]: unknown };
}

/** A real server on a port of its own that hands every request to whoever answers now. */
export async function wireServer() {
  const asked: Asked[] = [];
  let answer: (response: ServerResponse, asked: Asked) => void = (response) => response.end();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const each = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: request.headers["content-type"]?.includes("json") ? JSON.parse(text) : { text },
    };
    asked.push(each);
    answer(response, each);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    answers(next: typeof answer) {
      answer = next;
    },
    json(value: unknown, status = 200) {
      answer = (response) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(value));
      };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
