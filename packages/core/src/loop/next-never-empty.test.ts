import "../simulation/virtual-time.ts";

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDraft } from "../protocol/draft.ts";
import { isEnded } from "../protocol/ended.ts";
import type { RunEvent } from "../protocol/events.ts";
import { fold } from "../protocol/fold.ts";
import type { RunState } from "../protocol/state.ts";
import { record } from "../recovery/cut.ts";
import { scenarios } from "../recovery/scenarios.ts";
import { seedGlobals } from "../simulation/seed-globals.ts";
import { resetTime, within } from "../simulation/virtual-time.ts";
import { createRandom } from "../testing/random-log/random.ts";
import { randomLog } from "../testing/random-log/random-log.ts";
import { next } from "./next.ts";
import { createRegistry, type Registry } from "./registry.ts";

/** A run that asks for nothing is stuck for ever. */
function expectNeverEmpty(log: readonly RunEvent[], registry: Registry): void {
  const draft = createDraft();
  for (const event of log) {
    draft.apply(event);
    const state = draft.snapshot() as RunState;
    const taken: RunEvent = {
      seq: event.seq + 1,
      type: "run.resumed",
      epoch: state.epoch + 1,
      cause: "recovery",
      at: Date.now(),
    };
    if (isEnded(state)) continue;
    expect(next(state, registry, Date.now())).not.toEqual([]);
    expect(next(fold(state, taken), registry, Date.now())).not.toEqual([]);
  }
}

let restore: () => void;
beforeEach(() => {
  resetTime();
  restore = seedGlobals(createRandom(1));
});
afterEach(() => restore());

describe("an open run always asks for something", () => {
  it.each(Object.entries(scenarios))("%s", async (_, scenario) => {
    const { events } = await within(600_000, record(scenario));
    expectNeverEmpty(events, createRegistry(scenario.agents({ ledger: [] })));
  });

  it("also where nothing is known of its agents", () => {
    for (let seed = 0; seed < 30; seed++) expectNeverEmpty(randomLog(seed), createRegistry([]));
  });
});
