import "../simulation/virtual-time.ts";

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { foldAll } from "../protocol/fold.ts";
import { lastText } from "../protocol/selectors.ts";
import type { RunState } from "../protocol/state.ts";
import { seedGlobals } from "../simulation/seed-globals.ts";
import { resetTime, within } from "../simulation/virtual-time.ts";
import { checkLog } from "../testing/check-log.ts";
import { createRandom } from "../testing/random-log/random.ts";
import { type Recorded, record, recover } from "./cut.ts";
import { allCalls, normalize } from "./normalize.ts";
import { askedInVain, fallbacks } from "./scenario-models.ts";
import { idempotentTools } from "./scenario-tools.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

/** Virtual time in which every scenario comes to its end. */
const patienceMs = 600_000;
/** Second cuts of each recovery: spread over what it appended. */
const secondCuts = 3;

const idempotent = (tool: string): boolean => idempotentTools.has(tool);

function stateOf({ events }: Recorded): RunState {
  const state = foldAll(events);
  if (state === undefined) throw new Error("A log has its first event.");
  return state;
}

/** The same end, but for calls that were under way at the cut and must not run again: those read `interrupted`. */
function expectSame(scenario: Scenario, whole: Recorded, cut: Recorded): void {
  expect(checkLog({ ...cut, idempotent })).toEqual([]);
  const [expected, actual] = [stateOf(whole), stateOf(cut)];
  if (scenario.onlyEnd) {
    expect(actual.status).toBe(expected.status);
    if (actual.status === "completed") {
      expect(lastText(actual.messages)).toBe(lastText(expected.messages));
    }
    return;
  }
  const interrupted = allCalls(actual).flatMap((part, index) =>
    part.error?.code === "interrupted" && !idempotent(part.name) ? [index] : [],
  );
  expect(normalize(withInterrupted(actual, interrupted))).toEqual(
    normalize(withInterrupted(expected, interrupted)),
  );
}

/** The state with the given calls read as interrupted, whatever came of them. */
function withInterrupted(state: RunState, indexes: readonly number[]): RunState {
  const marked = new Set(indexes.map((index) => allCalls(state)[index]?.call));
  return JSON.parse(JSON.stringify(state), (_, value) => {
    if (typeof value !== "object" || value === null || !marked.has(value.call)) return value;
    const { output: _output, progress: _progress, error: _error, status: _status, ...rest } = value;
    return { ...rest, interrupted: true };
  }) as RunState;
}

let restore: () => void;
beforeEach(() => {
  resetTime();
  restore = seedGlobals(createRandom(1));
});
afterEach(() => restore());

describe.each(Object.entries(scenarios))("%s", (_, scenario) => {
  it("keeps its rules undisturbed", async () => {
    const whole = await within(patienceMs, record(scenario));
    expect(checkLog({ ...whole, idempotent })).toEqual([]);
    expect(whole.events.length).toBeGreaterThan(5);
  });

  it("cut after any event, and again in the recovery, comes to the same end", async () => {
    const whole = await within(patienceMs, record(scenario));
    for (let count = 1; count < whole.events.length; count++) {
      const once = await within(patienceMs, recover(scenario, whole, count));
      expectSame(scenario, whole, once);
      const added = once.events.length - 1 - count;
      const cuts = new Set(
        Array.from(
          { length: secondCuts },
          (_, i) => count + 1 + ((count * 7 + i * 5) % Math.max(1, added)),
        ),
      );
      for (const second of cuts) {
        if (second >= once.events.length) continue;
        const twice = await within(patienceMs, recover(scenario, once, second));
        expectSame(scenario, whole, twice);
      }
    }
  }, 60_000);
});

it("keeps what was said of a run that is cut while it is cancelled", async () => {
  const scenario = scenarios["a cancel"] as Scenario;
  const whole = await within(patienceMs, record(scenario));
  const asked = whole.events.findIndex(({ type }) => type === "cancel.requested");
  const cut = await within(patienceMs, recover(scenario, whole, asked + 1));
  expect(normalize(stateOf(cut))).toEqual(normalize(stateOf(whole)));
});

it("asks no model again that the run fell back from, wherever it is cut", async () => {
  const whole = await within(patienceMs, record(fallbacks));
  const reasons = whole.events.flatMap((event) =>
    event.type === "step.reverted" ? [event.reason] : [],
  );
  expect(reasons.toSorted()).toEqual(["fallback", "fallback", "retry"]);
  for (let count = 1; count < whole.events.length; count++) {
    const cut = await within(patienceMs, recover(fallbacks, whole, count));
    expect(askedInVain(cut.events)).toEqual([]);
  }
}, 60_000);
