import type { Json } from "../../protocol/json.ts";

/** A seeded source of choices: the same seed gives the same choices, on every machine. */
export interface Random {
  /** An integer from 0 up to, but not including, `below`. */
  int(below: number): number;
  /** True about once in `n` times. */
  oneIn(n: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    oneIn: (n) => int(n) === 0,
    pick: (from) => from[int(from.length)] ?? from[0],
  };
}

/** Text that breaks those who cut, escape or count carelessly; never empty, always well-formed. */
export function randomText(random: Random): string {
  let text = "";
  for (let left = 1 + random.int(3); left > 0; left--) {
    text += random.pick([
      "Hello, ",
      "world",
      " ",
      "\n\n",
      'say "hi" \\ back',
      "👩🏽‍🚀",
      "é",
      "日本語",
      "שלום",
      "\u2028\u2029",
      "\u0000\u0007",
      "data: x\r\n",
      "</script>",
    ]);
  }
  return text;
}

/** Any JSON, a few levels deep, with keys that are no ordinary keys to JavaScript. */
export function randomJson(random: Random, depth = 2): Json {
  switch (random.int(depth > 0 ? 7 : 5)) {
    case 0:
      return null;
    case 1:
      return random.oneIn(2);
    case 2:
      return random.pick([0, -1, 1.5, 1e21, Number.MAX_SAFE_INTEGER]);
    case 3:
    case 4:
      return randomText(random);
    case 5:
      return Array.from({ length: random.int(3) }, () => randomJson(random, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.int(3) }, () => [
          random.pick(["a", "b/c", "~d", "", "7", "toString"]),
          randomJson(random, depth - 1),
        ]),
      );
  }
}
