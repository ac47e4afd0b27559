import "../simulation/virtual-time.ts";

import { beforeEach, expect, it, vi } from "vitest";
import { resetTime, within } from "../simulation/virtual-time.ts";
import { storeClock } from "./store-clock.ts";

beforeEach(resetTime);

const pass = (ms: number) => within(2 * ms, new Promise((resolve) => setTimeout(resolve, ms)));

it("is this machine's clock until the store has told its time", async () => {
  const clock = storeClock();
  expect(clock.now()).toBe(Date.now());
});

it("goes on from what the store told last", async () => {
  const clock = storeClock();
  clock.set(5_000);
  await pass(250);
  expect(clock.now()).toBe(5_250);
  clock.set(90_000);
  expect(clock.now()).toBe(90_000);
});

it("does not care for who sets this machine's clock", async () => {
  const clock = storeClock();
  clock.set(5_000);
  vi.setSystemTime(Date.now() + 3_600_000);
  await pass(10);
  expect(clock.now()).toBe(5_010);
});
