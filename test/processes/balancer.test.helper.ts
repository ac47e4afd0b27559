import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** One address for many processes: each connection goes to the next of those that are there. */
export interface Balancer {
  readonly url: string;
  readonly ports: Set<number>;
  close(): void;
}

/** Says how soon to come back in its own name, so that nobody waits for seconds after each cut. */
const soon = (bytes: Buffer): Buffer =>
  Buffer.from(
    bytes.toString("latin1").replace(/retry: \d+/, (line) => line.replace(/\d/g, "0")),
    "latin1",
  );

export async function startBalancer(): Promise<Balancer> {
  const ports = new Set<number>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    const port = [...ports][turn++ % Math.max(1, ports.size)];
    const upstream = port === undefined ? undefined : connect(port, "127.0.0.1");
    if (upstream === undefined) {
      client.destroy();
      return;
    }
    for (const [socket, peer] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        peer.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (bytes: Buffer) => client.write(soon(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ports,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
