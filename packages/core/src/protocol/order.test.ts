import { describe, expect, it } from "vitest";
import { randomLog } from "../testing/random-log/random-log.ts";
import type { NewEvent, RunEvent } from "./events.ts";
import { foldAll } from "./fold.ts";
import { createVerifier, type VerifierOptions } from "./order.ts";
import { broken } from "./order-broken.ts";
import { kept } from "./order-kept.ts";
import { resumed, run, running } from "./test-events.ts";
import { firstBroken, logOf, started, step } from "./test-log.ts";

/** The rule that the last event breaks, after others that keep them all. */
function brokenBy(events: readonly NewEvent[], options?: VerifierOptions): number | undefined {
  const verifier = createVerifier(options);
  const log = logOf(...events);
  expect(firstBroken(verifier, log.slice(0, -1))).toBeUndefined();
  return verifier.check(log.at(-1) as RunEvent)?.rule;
}

describe("the verifier refuses", () => {
  it.each(broken)("rule %i: %s", (rule, _, events) => {
    expect(brokenBy(events)).toBe(rule);
  });

  it("rule 1: a seq that is not the next", () => {
    const verifier = createVerifier();
    const [first, second] = logOf(started, step(1)) as [RunEvent, RunEvent];
    expect(verifier.check(second)?.rule).toBe(1);
    expect(verifier.check(first)).toBeUndefined();
    expect(verifier.check(first)?.rule).toBe(1);
    expect(verifier.check({ ...second, seq: 3 })?.rule).toBe(1);
  });

  it("rule 1: an epoch that falls", () => {
    const verifier = createVerifier();
    const [first, second, third] = logOf(started, step(1), resumed(9)) as RunEvent[];
    expect(verifier.check(first as RunEvent, 7)).toBeUndefined();
    expect(verifier.check(second as RunEvent, 6)?.rule).toBe(1);
    expect(verifier.check(second as RunEvent, 7)).toBeUndefined();
    expect(verifier.check(third as RunEvent)).toBeUndefined();
    expect(verifier.check({ ...(second as RunEvent), seq: 4 }, 8)?.rule).toBe(1);
  });

  it("rule 13: a second attempt of a tool that is not idempotent", () => {
    const again = [...running, resumed(1), run(2)];
    expect(brokenBy(again, { idempotent: (tool) => tool !== "search" })).toBe(13);
    expect(brokenBy(again, { idempotent: (tool) => tool === "search" })).toBeUndefined();
  });

  it("has a broken log for every rule", () => {
    const rules = new Set([1, ...broken.map(([rule]) => rule)]);
    expect([...rules].sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
  });
});

describe("the verifier accepts", () => {
  it.each(kept)("%s", (_, events) => {
    expect(brokenBy(events)).toBeUndefined();
  });

  it("the right event after one that it refused", () => {
    const prefixes = broken.filter(([, , events]) => events.length > 1);
    for (const [, what, events] of prefixes) {
      const verifier = createVerifier();
      const log = logOf(...events);
      const last = log.at(-1) as RunEvent;
      for (const event of log.slice(0, -1)) verifier.check(event);
      const first = verifier.check(last);
      // Asked again it says the same, so nothing of it was taken in.
      expect(verifier.check(last), what).toEqual(first);
      const warning = {
        ...logOf({ type: "warning.raised", code: "a", message: "b" })[0],
        seq: last.seq,
      };
      const harmless = verifier.check(warning as RunEvent);
      expect(harmless === undefined || harmless.rule === 3 || harmless.rule === 6, what).toBe(true);
    }
  });
});

describe("a verifier that goes on from a state", () => {
  it("accepts the rest of any log", () => {
    for (let seed = 0; seed < 60; seed++) {
      const log = randomLog(seed, { unknown: true });
      for (let cut = 1; cut < log.length; cut += 1 + ((seed + cut) % 80)) {
        const state = foldAll(log.slice(0, cut));
        if (state === undefined) throw new Error("The log began with run.started.");
        const verifier = createVerifier({ state });
        expect(firstBroken(verifier, log.slice(cut)), `seed ${seed} at ${cut}`).toBeUndefined();
      }
    }
  });

  it("refuses what one that saw all refuses, but for ids that are gone and steps whose process is", () => {
    for (const [rule, what, events] of broken) {
      const log = logOf(...events);
      const state = foldAll(log.slice(0, -1));
      if (state === undefined || what.includes("burned")) continue;
      if (rule === 7 && what !== "an epoch that stays") continue;
      expect(createVerifier({ state }).check(log.at(-1) as RunEvent)?.rule, what).toBe(rule);
    }
  });
});
