import { type Contestant, check } from "../measure.ts";
import { download, type Served } from "./child.ts";
import type { Load, ServerKind } from "./load.ts";
import { deltaAt } from "./produce.ts";

/** CPU time of the server per delta, over so many streams at once. `speeds` gets the deltas per second of each sample. */
export function streams(
  kind: ServerKind,
  { name, served, load, count }: { name: string; served: Served; load: Load; count: number },
  speeds?: number[],
): Contestant {
  let expected: number | undefined;
  return {
    name,
    async sample() {
      expected ??= await firstOf(kind, served, load);
      const before = await served.usage(true);
      const began = performance.now();
      const sizes = await Promise.all(Array.from({ length: count }, () => download(served.port)));
      const seconds = (performance.now() - began) / 1_000;
      const after = await served.usage();
      // Chunked encoding depends on how the chunks fell; what is in them does not.
      const short = sizes.find((size) => size < (expected ?? 0) * 0.98);
      check(short === undefined, `${name} sent ${short} bytes instead of ${expected}`);
      const deltas = load.deltas * count;
      speeds?.push(deltas / seconds);
      return (after.micros - before.micros) / deltas;
    },
  };
}

/** Reads the first stream whole: its deltas must be the load's. */
async function firstOf(kind: ServerKind, { port }: Served, { deltas }: Load): Promise<number> {
  const body = await download(port, true);
  const found = [...body.toString().matchAll(/"delta":("(?:[^"\\]|\\.)*")/g)].map(
    ([, delta]) => JSON.parse(delta ?? "") as string,
  );
  // A chunk's header may stand within a delta.
  const whole = found.length === deltas;
  const text = found.join("").length;
  const expected = Array.from({ length: deltas }, (_, index) => deltaAt(index)).join("").length;
  check(whole && Math.abs(text - expected) < deltas / 50, `${kind}: ${found.length} of ${deltas}`);
  return body.length;
}
