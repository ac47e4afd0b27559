import { expect, it } from "vitest";
import { eventTypes, isKnown, isTerminal } from "../../protocol/event-types.ts";
import { createVerifier } from "../../protocol/order.ts";
import { firstBroken } from "../../protocol/test-log.ts";
import { randomLog } from "./random-log.ts";

const seeds = Array.from({ length: 300 }, (_, seed) => seed);

it("keeps every order rule", () => {
  for (const seed of seeds) {
    const verifier = createVerifier({ idempotent: (tool) => tool === "read" });
    const log = randomLog(seed, { unknown: true });
    expect(firstBroken(verifier, log), `seed ${seed}`).toBeUndefined();
  }
});

it("holds every type of event, and all kinds of ends", () => {
  const types = new Set(seeds.flatMap((seed) => randomLog(seed).map(({ type }) => type)));
  expect([...types].sort()).toEqual([...eventTypes].sort());
});

it("ends, once", () => {
  for (const seed of seeds) {
    const log = randomLog(seed);
    expect(log.filter(isTerminal)).toEqual([log.at(-1)]);
  }
});

it("is the same for the same seed", () => {
  expect(randomLog(7)).toEqual(randomLog(7));
  expect(randomLog(7)).not.toEqual(randomLog(8));
});

it("has types of a later version only when asked", () => {
  const unknown = (mixed: boolean) =>
    seeds.some((seed) => randomLog(seed, { unknown: mixed }).some(({ type }) => !isKnown(type)));
  expect([unknown(false), unknown(true)]).toEqual([false, true]);
});
