import "./virtual-time.ts";

import { afterEach, describe, expect, test, vi } from "vitest";
import { firstProblem } from "./first-problem.ts";

/** Which rule of the loop is the wrong one. */
const wrong = vi.hoisted(() => ({ rule: "none" }));

vi.mock("../loop/next.ts", async (original) => {
  const { next } = await original<typeof import("../loop/next.ts")>();
  const { earlyTools, pairs, repeats } = await import("./next-mutants.ts");
  const mutants = new Map([
    ["a revert covers tools", earlyTools],
    ["no check for a logged intent", repeats],
    ["two events that must come as a pair", pairs()],
  ]);
  const maybeWrong: typeof next = (...given) => {
    const mutant = mutants.get(wrong.rule);
    return mutant === undefined ? next(...given) : mutant(next, ...given);
  };
  return { next: maybeWrong };
});

vi.mock("../loop/task.ts", async (original) => {
  const { createTask } = await original<typeof import("../loop/task.ts")>();
  const maybeHasty: typeof createTask = (options) => {
    const made = createTask(options);
    const hasty = wrong.rule === "an effect before the intent is acknowledged";
    if (hasty) made.task.acknowledged = async () => true;
    return made;
  };
  return { createTask: maybeHasty };
});

// The order rules forbid some of it, and a writer that keeps them would hide what comes of it.
vi.mock("../protocol/order.ts", async (original) => {
  const { createVerifier } = await original<typeof import("../protocol/order.ts")>();
  const maybeLenient: typeof createVerifier = (options) =>
    wrong.rule === "none" ? createVerifier(options) : { check: () => undefined };
  return { createVerifier: maybeLenient };
});

describe("the simulation notices a loop with a wrong rule", () => {
  afterEach(() => {
    wrong.rule = "none";
  });

  test.each([
    ["a revert covers tools", /twice/],
    ["no check for a logged intent", /two effects/],
    ["an effect before the intent is acknowledged", /without a logged intent/],
    ["two events that must come as a pair", /stuck/],
  ])("%s", { timeout: 120_000 }, async (rule, expected) => {
    wrong.rule = rule;
    expect(await firstProblem()).toMatch(expected);
  });

  test("and nothing else", { timeout: 120_000 }, async () => {
    expect(await firstProblem({}, 20)).toBeUndefined();
  });
});
