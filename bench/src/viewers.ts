import { setTimeout as timeout } from "node:timers/promises";
import { check, spread } from "./measure.ts";
import { open } from "./memory.ts";
import { join, type Served, serve } from "./server/child.ts";
import type { Load } from "./server/load.ts";
import { format, type Section } from "./table.ts";

const half = 1_000;
/** About 6 MB for each viewer, in 26 s: far more than the kernel keeps for one that does not read. */
const load = { deltas: 65_536, perTurn: 512, everyMs: 200 } satisfies Load;
const rounds = 3;
/** How often the server's memory is looked at. */
const lookMs = 250;

interface Watched {
  /** The server's resident memory: the most it had. */
  readonly rss: number;
  /** How long after its last delta was due the last reader had everything, in ms. */
  readonly lag: number;
}

/** Many watch one run, and half of them never read. */
export async function viewers(): Promise<Section> {
  const audiences = [
    { name: `${half} read`, reading: half, stalled: 0 },
    { name: `${2 * half} read`, reading: 2 * half, stalled: 0 },
    { name: `${half} read, ${half} never do`, reading: half, stalled: half },
  ];
  const seen = audiences.map((): Watched[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, audience] of audiences.entries()) seen[index]?.push(await watch(audience));
  }
  const rows = audiences.map(({ name }, index) => ({
    name,
    rss: spread((seen[index] ?? []).map(({ rss }) => rss)).median,
    lag: spread((seen[index] ?? []).map(({ lag }) => lag)).median,
  }));
  const all = rows[1]?.rss ?? Number.NaN;
  return {
    title: "Server: viewers, half of whom never read",
    note: `One run with ${format(load.deltas)} deltas, ${load.perTurn} of them every ${load.everyMs} ms. Memory is the most that the server's process had; the delay, how long after the last delta was due the last reader had the end. Who never read is then let go on, and must get everything.`,
    tables: [
      {
        caption: "The server's memory, and what readers notice",
        head: ["", `× ${2 * half} read`, "MB at most", "ms behind at the end"],
        rows: rows.map(({ name, rss, lag }) => [
          name,
          format(rss / all),
          format(rss / 2 ** 20),
          format(lag),
        ]),
      },
    ],
  };
}

async function watch({
  reading,
  stalled,
}: {
  readonly reading: number;
  readonly stalled: number;
}): Promise<Watched> {
  const served = await serve("shared-runwire", load);
  try {
    const sockets = await open(served, stalled);
    for (const socket of sockets) socket.pause();
    const ends = await readers(served, reading);
    const turns = Math.ceil(load.deltas / load.perTurn);
    const due = performance.now() + turns * load.everyMs;
    await served.go();
    let over = false;
    const sizes = Promise.all(ends).finally(() => {
      over = true;
    });
    let rss = 0;
    while (!over) {
      rss = Math.max(rss, (await served.usage()).rss);
      await Promise.race([sizes, timeout(lookMs)]);
    }
    const lag = performance.now() - due;
    const whole = Math.min(...(await sizes));
    check(whole > load.deltas * 50, "every reader got everything");
    await Promise.all(
      sockets.map(async (socket) => {
        let bytes = 0;
        for await (const chunk of socket) bytes += (chunk as Buffer).length;
        // The first bytes were read before, and chunks fall elsewhere.
        check(bytes > whole * 0.98, `who goes on to read gets ${bytes} of ${whole} bytes`);
      }),
    );
    return { rss, lag };
  } finally {
    served.close();
  }
}

/** In groups: a thousand connections at once overrun the queue of new ones. */
async function readers(served: Served, count: number): Promise<readonly Promise<number>[]> {
  const ends: Promise<number>[] = [];
  while (ends.length < count) {
    const group = Array.from({ length: Math.min(100, count - ends.length) }, () =>
      join(served.port),
    );
    ends.push(...group.map(({ end }) => end));
    await Promise.all(group.map(({ joined }) => joined));
  }
  return ends;
}
