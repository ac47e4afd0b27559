import { once } from "node:events";
import type { Server } from "node:http";
import type { Http2Server } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { onTestFinished } from "vitest";

/** Starts a server on a free port, and stops it with the test. */
export async function listen(server: Server | Http2Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return (server.address() as AddressInfo).port;
}

/** A client that reads bytes and knows nothing of HTTP. */
export async function raw(port: number) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let text = "";
  let wake = () => {};
  let closed = false;
  socket.setEncoding("utf8");
  socket.on("data", (data: string) => {
    text += data;
    wake();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    closed = true;
    wake();
  });
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    send: (request: string) => socket.write(request),
    /** All that came so far, once it holds `part`. Fails when the connection closes before. */
    async until(part: string): Promise<string> {
      while (!text.includes(part)) {
        if (closed) throw new Error(`Closed before ${JSON.stringify(part)}: ${text}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return text;
    },
    /** All that came, once the server has closed the connection. */
    async end(): Promise<string> {
      while (!closed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return text;
    },
  };
}

export function post(path: string, json: unknown, ...headers: string[]): string {
  const body = JSON.stringify(json);
  return [
    `POST ${path} HTTP/1.1`,
    "Host: localhost",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
    "",
    body,
  ].join("\r\n");
}

/** Looks again and again, for what no event tells; false when it never holds. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let turn = 0; turn < 4_000; turn++) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return false;
}

/** Waits until a count that grows has stopped growing. */
export async function standstill(count: () => number): Promise<number> {
  let before = 0;
  let still = 0;
  await eventually(() => {
    const now = count();
    still = now === before && now > 0 ? still + 1 : 0;
    before = now;
    return still === 100;
  });
  return before;
}
