import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunEvent } from "../protocol/events.ts";
import { maxBatchBytes, maxEventBytes } from "./event-log.ts";
import { isTooLarge, jsonBytes, upperBound } from "./event-size.ts";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constant("\ud800\u0000\u2028"),
);

test("the bound is never below the size", () => {
  const key = text;
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      text,
      fc.array(tie("value")),
      fc.dictionary(key, tie("value")),
    ),
  }));
  fc.assert(
    fc.property(value, (json) => {
      expect(upperBound(json)).toBeGreaterThanOrEqual(jsonBytes(json));
    }),
    { examples: [[-0.0000010676023746393622]], numRuns: 1_000 },
  );
});

test("what is bounded too high is measured", () => {
  const delta = (length: number): RunEvent => {
    return { seq: 1, type: "text.delta", id: "p", delta: "x".repeat(length) };
  };
  const around = jsonBytes(delta(0));
  expect(isTooLarge([delta(maxEventBytes - around)])).toBe(false);
  expect(isTooLarge([delta(maxEventBytes - around + 1)])).toBe(true);
  const eighth = delta(maxBatchBytes / 8 - around);
  expect(isTooLarge(Array.from({ length: 8 }, () => eighth))).toBe(false);
  expect(isTooLarge(Array.from({ length: 9 }, () => eighth))).toBe(true);
  expect(isTooLarge([])).toBe(false);
});
