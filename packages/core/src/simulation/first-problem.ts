import "./virtual-time.ts";

import { type SimOptions, simulate } from "./simulate.ts";

/** The first promise that a simulation finds broken; `undefined` when none of this many does. */
export async function firstProblem(
  options: Omit<SimOptions, "seed"> = {},
  runs = 500,
): Promise<string | undefined> {
  for (let seed = 0; seed < runs; seed++) {
    const [problem] = (await simulate({ ...options, seed })).problems;
    if (problem !== undefined) return problem;
  }
  return undefined;
}
