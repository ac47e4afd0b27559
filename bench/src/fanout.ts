import { type Contestant, check, interleave } from "./measure.ts";
import { join, type Served, serve } from "./server/child.ts";
import type { Load, SharedKind } from "./server/load.ts";
import { type Section, speedTable } from "./table.ts";

const viewers = 1_000;
const load: Load = { deltas: 2_048, perTurn: 256 };

const kinds: readonly (readonly [SharedKind, string])[] = [
  ["shared-raw", "raw node:http, bytes made once"],
  ["shared-runwire", "runwire, nodeHandler"],
  ["shared-runwire-hono", "runwire, @hono/node-server"],
  ["shared-better-sse", "better-sse channel"],
];

/** One run, and a thousand who watch it live. */
export async function fanout(): Promise<Section> {
  const started: Served[] = [];
  try {
    const contestants: Contestant[] = [];
    for (const [kind, name] of kinds) {
      const served = await serve(kind, load);
      started.push(served);
      const rounds = kind === "shared-better-sse" ? 1 : 5;
      contestants.push({ name, rounds, sample: () => watch(name, served) });
    }
    const outcomes = await interleave(contestants, 5);
    return {
      title: "Server: fan-out",
      note: `One run with ${load.deltas} deltas, ${load.perTurn} per macrotask, to ${viewers} viewers that were there before its first one.`,
      tables: [speedTable("CPU time of the server", "µs per delivered delta", outcomes)],
    };
  } finally {
    for (const served of started) served.close();
  }
}

async function watch(name: string, served: Served): Promise<number> {
  const ends: Promise<number>[] = [];
  // In groups: a thousand connections at once overrun the queue of new ones.
  for (let from = 0; from < viewers; from += 100) {
    const group = Array.from({ length: 100 }, () => join(served.port));
    ends.push(...group.map(({ end }) => end));
    await Promise.all(group.map(({ joined }) => joined));
  }
  const before = await served.usage(true);
  void served.go();
  const sizes = await Promise.all(ends);
  const after = await served.usage();
  const least = load.deltas * 50;
  check(
    sizes.every((size) => size > least),
    `${name}: every viewer got everything`,
  );
  return (after.micros - before.micros) / (load.deltas * viewers);
}
