import type { LimitName, RunError } from "../protocol/errors.ts";
import type { RunState } from "../protocol/state.ts";

/** Active ms up to `now`: neither waiting counts nor the queue before the first step. */
function activeMs(state: RunState, now: number): number {
  if (state.stepNumber === 0) return 0;
  const waiting = state.waitingSince === undefined ? 0 : now - state.waitingSince;
  return now - state.startedAt - state.waitedMs - waiting;
}

/** Store time before which the time limit cannot strike; `undefined` without one. */
export function timeLimitAt(state: RunState, now: number): number | undefined {
  const timeMs = state.limits?.timeMs;
  if (timeMs === undefined) return undefined;
  // The first step begins any moment, and with it the time.
  return timeMs + (state.stepNumber === 0 ? now : state.startedAt + state.waitedMs);
}

/** The first of the named limits that is used up, as the error that ends the run. */
export function exceeded(
  state: RunState,
  now: number,
  names: readonly LimitName[],
): RunError | undefined {
  const limits = state.limits ?? {};
  const used: Record<LimitName, readonly [number, number | undefined]> = {
    steps: [state.steps, limits.steps],
    tokens: [state.usage.inputTokens + state.usage.outputTokens, limits.tokens],
    cost: [state.usage.cost ?? 0, limits.cost],
    time: [activeMs(state, now), limits.timeMs],
  };
  for (const name of names) {
    const [value, limit] = used[name];
    if (limit !== undefined && value >= limit) {
      return {
        code: "limit",
        limit: name,
        message: `The run reached its limit of ${limit} ${units[name]}.`,
      };
    }
  }
  return undefined;
}

const units: Record<LimitName, string> = {
  steps: "steps",
  tokens: "tokens",
  cost: "USD",
  time: "ms of active time",
};
