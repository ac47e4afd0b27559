import { type Contestant, interleave, spread } from "./measure.ts";
import { request, type Served, serve } from "./server/child.ts";
import type { ServerKind } from "./server/load.ts";
import { costTable, type Section } from "./table.ts";

const requests = 200;

const kinds: readonly (readonly [ServerKind, string])[] = [
  ["raw", "raw node:http"],
  ["runwire", "runwire, nodeHandler"],
  ["runwire-hono", "runwire, @hono/node-server"],
  ["runwire-loop", "runwire, starting an agent's run"],
  ["better-sse", "better-sse"],
  ["hono", "Hono streamSSE"],
  ["ai", "ai createUIMessageStreamResponse"],
];

/** From a request to the first byte of its answer. */
export async function ttfb(): Promise<Section> {
  const started: Served[] = [];
  try {
    const contestants: Contestant[] = [];
    for (const [kind, name] of kinds) {
      const served = await serve(kind, { deltas: 16, perTurn: 16 });
      started.push(served);
      contestants.push({ name, sample: () => wait(served.port) });
    }
    const outcomes = await interleave(contestants, 5);
    return {
      title: "Server: time to the first byte",
      note: `By the clock, with a new connection per request, one after the other: the median of ${requests} requests.`,
      tables: [costTable("New connection to first byte", "ms", outcomes)],
    };
  } finally {
    for (const served of started) served.close();
  }
}

async function wait(port: number): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < requests; index++) {
    const began = performance.now();
    const socket = request(port);
    await new Promise((resolve, reject) => {
      socket.once("data", resolve);
      socket.once("error", reject);
    });
    times.push(performance.now() - began);
    socket.destroy();
  }
  return spread(times).median;
}
