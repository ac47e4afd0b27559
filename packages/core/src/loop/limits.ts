import type { LimitName, RunError } from "../protocol/errors.ts";
import type { RunState } from "../protocol/state.ts";

/** Active ms up to `now`: time spent waiting does not count. */
export function activeMs(state: RunState, now: number): number {
  const waiting = state.waitingSince === undefined ? 0 : now - state.waitingSince;
  return now - state.startedAt - state.waitedMs - waiting;
}

/** Store time at which the time limit strikes, if nothing waits before; `undefined` without one. */
export function timeLimitAt(state: RunState): number | undefined {
  const timeMs = state.limits?.timeMs;
  return timeMs === undefined ? undefined : state.startedAt + state.waitedMs + timeMs;
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
