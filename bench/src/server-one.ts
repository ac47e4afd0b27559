import { type Contestant, interleave, spread } from "./measure.ts";
import { type Served, serve } from "./server/child.ts";
import type { Load, ServerKind } from "./server/load.ts";
import { perTurn } from "./server/produce.ts";
import { streams } from "./server/streams.ts";
import { format, type Section, speedTable, type Table } from "./table.ts";

const kinds: readonly (readonly [ServerKind, string])[] = [
  ["raw", "raw node:http, our encoder"],
  ["raw-stringify", "raw node:http, JSON.stringify"],
  ["runwire", "runwire, nodeHandler"],
  ["runwire-hono", "runwire, @hono/node-server"],
  ["runwire-loop", "runwire, with the agent's loop"],
  ["better-sse", "better-sse"],
  ["hono", "Hono streamSSE"],
  ["ai", "ai createUIMessageStreamResponse"],
];

/** They take ten times as long. */
const peers: ReadonlySet<ServerKind> = new Set(["better-sse", "hono", "ai"]);

/** One stream, as fast as it goes. */
export async function serverOne(): Promise<Section> {
  return {
    title: "Server: one stream",
    note: `Servers in processes of their own, ${perTurn} deltas per macrotask, read by a plain socket. Ours read them from the log in memory, to which they are appended in the same batches; the last of ours has the whole loop of an agent before it.`,
    tables: await throughput(150_000, 1),
  };
}

/** Two hundred streams at once. */
export async function serverMany(): Promise<Section> {
  return {
    title: "Server: 200 streams",
    note: `As with one stream: ${perTurn} deltas per stream and macrotask.`,
    tables: await throughput(4_096, 200),
  };
}

async function throughput(deltas: number, count: number): Promise<readonly Table[]> {
  const load: Load = { deltas, perTurn };
  const started: Served[] = [];
  try {
    const contestants: Contestant[] = [];
    const speeds = new Map<string, number[]>();
    for (const [kind, name] of kinds) {
      const served = await serve(kind, load);
      started.push(served);
      const own: number[] = [];
      speeds.set(name, own);
      contestants.push({
        ...streams(kind, { name, served, load, count }, own),
        rounds: peers.has(kind) ? 2 : 7,
      });
    }
    const outcomes = await interleave(contestants, 7);
    const table = speedTable("CPU time of the server", "µs per delta", outcomes);
    return [table, elapsed(speeds)];
  } finally {
    for (const served of started) served.close();
  }
}

function elapsed(speeds: ReadonlyMap<string, readonly number[]>): Table {
  const rows = [...speeds].map(([name, own]) => [name, spread(own.slice(1)).median] as const);
  const reference = rows[0]?.[1] ?? Number.NaN;
  return {
    caption: "By the clock, with the reader on the other core",
    head: ["", "of raw", "deltas per second"],
    rows: rows.map(([name, speed]) => [name, format(speed / reference), format(speed)]),
  };
}
