import type { RunState } from "../protocol/state.ts";

/** Whether two states say the same: all but `seq`, in whatever order the fields came to be. */
export function sameState(a: RunState | undefined, b: RunState | undefined): boolean {
  return textOf(a) === textOf(b);
}

function textOf(state: RunState | undefined): string {
  return JSON.stringify({ ...state, seq: 0 }, sorted);
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
