import { setImmediate as macrotask } from "node:timers/promises";

/** Something to measure. */
export interface Contestant {
  readonly name: string;
  /** Does the whole thing, checks what came out, and gives its cost. */
  readonly sample: () => Promise<number>;
  /** A peer that takes seconds per sample gives fewer of them. Default: as many as the comparison has. */
  readonly rounds?: number;
}

export interface Outcome {
  readonly name: string;
  /** Of the costs, and their lower and upper quartile. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** The median over the rounds of this cost to the reference's in the same round. */
  readonly ratio: number;
}

/**
 * Runs the contestants in turn, A B C A B C …, so that whatever else the machine does falls on all of them. The first
 * one is the reference: ratios are taken within each round and only then summed up.
 */
export async function interleave(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<readonly Outcome[]> {
  for (const { sample } of contestants) await sample();
  const costs = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      if (round >= (contestant.rounds ?? rounds)) continue;
      await settle();
      costs[index]?.push(await contestant.sample());
    }
  }
  const reference = costs[0] ?? [];
  return contestants.map(({ name }, index) => {
    const own = costs[index] ?? [];
    const ratios = own.map((cost, round) => cost / (reference[round] ?? Number.NaN));
    return { name, ...spread(own), ratio: spread(ratios).median };
  });
}

/** What one contestant left behind must not be collected at the cost of the next. */
async function settle(): Promise<void> {
  await macrotask();
  globalThis.gc?.();
}

/** The kernel counts a running thread's time in ticks of 4 ms: a sample spans many of them. */
const sampleMicros = 120_000;
/** A collection on demand leaves a heap that has to grow again: the first runs after it are a quarter dearer. */
const warmMicros = 80_000;

/** A sample of CPU time of this thread in µs per unit; it is one that other processes do not lengthen. */
export async function threadTime(run: () => Promise<void>, units: number): Promise<number> {
  const first = await repeat(run, warmMicros);
  // A run that takes longer than that has paid for its own warm-up.
  const { spent, runs } = first.runs === 1 ? first : await repeat(run, sampleMicros);
  return spent / runs / units;
}

async function repeat(
  run: () => Promise<void>,
  micros: number,
): Promise<{ readonly spent: number; readonly runs: number }> {
  const before = threadMicros();
  let runs = 0;
  let spent = 0;
  while (spent < micros) {
    await run();
    runs++;
    spent = threadMicros() - before;
  }
  return { spent, runs };
}

function threadMicros(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

export function spread(values: readonly number[]): { median: number; low: number; high: number } {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: at(sorted, 0.5), low: at(sorted, 0.25), high: at(sorted, 0.75) };
}

function at(sorted: readonly number[], quantile: number): number {
  const place = (sorted.length - 1) * quantile;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`Wrong result: ${what}`);
}
