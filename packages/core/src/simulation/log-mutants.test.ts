import "./virtual-time.ts";

import { describe, expect, test } from "vitest";
import type { EventLog } from "../log/event-log.ts";
import { appendMutants } from "../testing/log-mutants/append.ts";
import { claimMutants } from "../testing/log-mutants/claim.ts";
import { firstProblem } from "./first-problem.ts";

const { "epochs count from 1": countedEpochs } = claimMutants;

const names = [
  "close ignores pending commands",
  "release ignores pending commands",
  "no wake-up time is stored with a release",
  "send does not ready the run",
  "two claims at once get the same run",
];
const mutants = Object.entries({ ...appendMutants, ...claimMutants });

describe("the simulation notices a log with a wrong rule", () => {
  const noticed = mutants.filter(([name]) => names.includes(name));

  test.each(noticed)("%s", { timeout: 120_000 }, async (_, mutant) => {
    expect(await firstProblem({ mutate: mutant.mutate })).toBeDefined();
  });

  test("all of them are still there", () => {
    expect(noticed.length).toBe(names.length);
  });

  test("epoch + 1 over a fail-over that lost the tail", { timeout: 120_000 }, async () => {
    const mutate = (log: EventLog) => countedEpochs?.mutate(log) ?? {};
    expect(await firstProblem({ mutate, failover: true })).toBeDefined();
    // It takes a fail-over.
    expect(await firstProblem({ mutate }, 30)).toBeUndefined();
  });
});

test("a fail-over breaks nothing but what it lost", { timeout: 120_000 }, async () => {
  expect(await firstProblem({ failover: true }, 25)).toBeUndefined();
});
