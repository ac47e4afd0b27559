import type { Socket } from "node:net";
import { request, type Served, serve } from "./server/child.ts";
import type { Load, SharedKind } from "./server/load.ts";
import { format, type Section, type Table } from "./table.ts";

const idle = 5_000;
const stalled = 200;

const kinds: readonly (readonly [SharedKind, string])[] = [
  ["shared-raw", "raw node:http"],
  ["shared-runwire", "runwire, nodeHandler"],
  ["shared-runwire-hono", "runwire, @hono/node-server"],
  ["shared-better-sse", "better-sse"],
];

/** What a stream costs on which nothing happens. */
export async function idleMemory(): Promise<Section> {
  const rows: (readonly [string, number])[] = [];
  for (const [kind, name] of kinds) rows.push([name, await perIdleStream(kind)]);
  const reference = rows[0]?.[1] ?? Number.NaN;
  return {
    title: "Server: idle streams",
    note: `Resident memory of ${idle} streams that follow one run in which nothing happens, above that of the server with 100 of them, after a collection of garbage.`,
    tables: [
      {
        caption: "Memory per idle stream",
        head: ["", "× raw node:http", "KB per stream"],
        rows: rows.map(([name, bytes]) => [name, format(bytes / reference), format(bytes / 1_024)]),
      },
    ],
  };
}

async function perIdleStream(kind: SharedKind): Promise<number> {
  const served = await serve(kind, { deltas: 1, perTurn: 1 });
  const sockets: Socket[] = [];
  try {
    sockets.push(...(await open(served, 100)));
    const before = await settled(served);
    sockets.push(...(await open(served, idle - 100)));
    const after = await settled(served);
    return (after - before) / (idle - 100);
  } finally {
    for (const socket of sockets) socket.destroy();
    served.close();
  }
}

/** What viewers cost that never read, while the run they watch goes on. */
export async function slowReader(): Promise<Section> {
  const load: Load = { deltas: 131_072, perTurn: 256 };
  const none = await whileStalled(load, 0);
  const some = await whileStalled(load, stalled);
  const table: Table = {
    caption: `A run with ${format(load.deltas)} deltas, about ${format((load.deltas * 100) / 2 ** 20)} MB on the wire`,
    head: ["", "MB", "KB per viewer"],
    rows: [
      ["the run alone", format(none / 2 ** 20), "–"],
      [
        `${stalled} viewers that never read`,
        format(some / 2 ** 20),
        format((some - none) / stalled / 1_024),
      ],
    ],
  };
  return {
    title: "Server: viewers that never read",
    note: "Growth of the server's resident memory while the run goes on, after a collection of garbage. What the kernel holds for a socket is not in it.",
    tables: [table],
  };
}

async function whileStalled(load: Load, count: number): Promise<number> {
  const served = await serve("shared-runwire", load);
  const sockets: Socket[] = [];
  try {
    sockets.push(...(await open(served, count)));
    for (const socket of sockets) socket.pause();
    const before = await settled(served);
    void served.go();
    // `go` answers when the next run is ready; this one is on its way until the memory stands still.
    return (await settled(served)) - before;
  } finally {
    for (const socket of sockets) socket.destroy();
    served.close();
  }
}

/** Resident memory once it has stopped to change. */
async function settled(served: Served): Promise<number> {
  let last = 0;
  for (let look = 0; look < 20; look++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { rss } = await served.usage(true);
    if (Math.abs(rss - last) < 2 ** 20) return rss;
    last = rss;
  }
  return last;
}

/** Opens streams, in groups, and waits for the first bytes of each. */
export async function open({ port }: Served, count: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const group = Array.from({ length: Math.min(100, count - sockets.length) }, () =>
      request(port),
    );
    sockets.push(...group);
    await Promise.all(
      group.map(
        (socket) =>
          new Promise((resolve, reject) => {
            socket.once("data", resolve);
            socket.once("error", reject);
          }),
      ),
    );
  }
  return sockets;
}
