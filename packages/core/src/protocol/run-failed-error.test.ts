import { expect, test } from "vitest";
import { RunFailedError } from "./run-failed-error.ts";
import type { RunState } from "./state.ts";

const state = (fields: Partial<RunState>) => ({ run: "run_1", ...fields }) as RunState;

test("a failed run's error is the one of its log", () => {
  const failure = { code: "limit", message: "The run took 50 steps.", limit: "steps" } as const;
  const failed = state({ status: "failed", failure });
  const error = new RunFailedError(failed);
  expect(error).toMatchObject({ code: "limit", message: failure.message, error: failure });
  expect(error.state).toBe(failed);
});

test("a cancelled run's error says so, and why", () => {
  const cancelled = state({ status: "cancelled" });
  expect(new RunFailedError(cancelled).code).toBe("cancelled");
  const because = state({ status: "cancelled", cancel: { reason: "changed my mind" } });
  expect(new RunFailedError(because).error).toEqual({
    code: "cancelled",
    message: "changed my mind",
  });
});

test("is known across copies of the package, and nothing else is", () => {
  const error = new RunFailedError(state({ status: "failed" }));
  const foreign = Object.defineProperty(new Error(), Symbol.for("runwire.RunFailedError"), {
    value: true,
  });
  expect([error, foreign].every(RunFailedError.is)).toBe(true);
  expect([new Error(), null, undefined, "x"].some(RunFailedError.is)).toBe(false);
});
