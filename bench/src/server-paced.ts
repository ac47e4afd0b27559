import { type Contestant, interleave } from "./measure.ts";
import { type Served, serve } from "./server/child.ts";
import type { Load, ServerKind } from "./server/load.ts";
import { streams } from "./server/streams.ts";
import { costTable, type Section } from "./table.ts";

const count = 200;
const load: Load = { deltas: 500, perTurn: 1, everyMs: 10 };

const kinds: readonly (readonly [ServerKind, string])[] = [
  ["raw", "raw node:http"],
  ["runwire", "runwire, nodeHandler"],
  ["runwire-hono", "runwire, @hono/node-server"],
  ["runwire-loop", "runwire, with the agent's loop"],
  ["better-sse", "better-sse"],
  ["hono", "Hono streamSSE"],
  ["ai", "ai createUIMessageStreamResponse"],
];

/** As models speak: a delta every ten milliseconds, on two hundred streams. */
export async function serverPaced(): Promise<Section> {
  const started: Served[] = [];
  try {
    const contestants: Contestant[] = [];
    for (const [kind, name] of kinds) {
      const served = await serve(kind, load);
      started.push(served);
      const rounds = kind.startsWith("r") ? 5 : 1;
      contestants.push({ ...streams(kind, { name, served, load, count }), rounds });
    }
    const outcomes = await interleave(contestants, 5);
    return {
      title: "Server: paced streams",
      note: `${count} streams, a delta every ${load.everyMs} ms on each, which leaves as one small write.`,
      tables: [costTable("CPU time of the server", "µs per delta", outcomes)],
    };
  } finally {
    for (const served of started) served.close();
  }
}
