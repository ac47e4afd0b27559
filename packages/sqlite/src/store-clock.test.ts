import fc from "fast-check";
import { expect, test } from "vitest";
import { storeClock } from "./store-clock.ts";

test("goes by the machine's clock", () => {
  let at = 1_000;
  const clock = storeClock(() => at);
  expect(clock.now(0)).toBe(1_000);
  at = 1_500.7;
  expect(clock.now(1_000)).toBe(1_500);
});

test("goes on at half the pace when the machine's clock was set back, until that has caught up", () => {
  let at = 10_000;
  const clock = storeClock(() => at);
  const times: number[] = [];
  let written = 10_000;
  for (at of [4_000, 4_001, 4_002, 6_000, 10_000, 16_000, 16_001, 20_000]) {
    written = clock.now(written);
    times.push(written);
  }
  expect(times).toEqual([10_000, 10_000, 10_001, 11_000, 13_000, 16_000, 16_001, 20_000]);
});

test("never goes back behind what any process wrote, and always goes on", () => {
  const steps = fc.array(
    fc.record({
      process: fc.nat({ max: 2 }),
      ms: fc.oneof(fc.nat({ max: 50 }), fc.constantFrom(-3_600_000, 3_600_000, -1, -86_400_000)),
    }),
    { minLength: 1, maxLength: 200 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      let at = 1_763_700_000_000;
      let written = 0;
      const clocks = [0, 1, 2].map(() => storeClock(() => at));
      for (const { process, ms } of all) {
        at += ms;
        const now = clocks[process]?.now(written) ?? Number.NaN;
        expect(now).toBeGreaterThanOrEqual(written);
        expect(now).toBeGreaterThanOrEqual(at);
        written = now;
      }
      // However far it is ahead, a lease taken now ends.
      const until = written + 15_000;
      for (let turns = 0; written < until; turns++) {
        expect(turns).toBeLessThan(100);
        at += 1_000;
        written = clocks[0]?.now(written) ?? Number.NaN;
      }
    }),
  );
});
