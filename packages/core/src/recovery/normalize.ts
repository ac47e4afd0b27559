import type { ToolPart } from "../protocol/message.ts";
import type { RunState } from "../protocol/state.ts";

/** What may differ after a cut: numbers, times, and what a lost attempt cost. */
const free: ReadonlySet<string> = new Set([
  "seq",
  "epoch",
  "at",
  "startedAt",
  "endedAt",
  "expiresAt",
  "waitedMs",
  "waitingSince",
  "waiting",
  "step",
  "lastStep",
  "stepNumber",
  "attempt",
  "attempts",
  "retryAt",
  "recoveries",
  "usage",
  "usageByModel",
  "log",
]);

/** The state without what may differ, ids numbered in the order in which they appear. */
export function normalize(state: RunState): unknown {
  const names = new Map<string, string>();
  const rename = (id: string): string => {
    const known = names.get(id) ?? `#${names.size}`;
    names.set(id, known);
    return known;
  };
  const text = JSON.stringify(state, (key, value) => (free.has(key) ? undefined : value));
  return JSON.parse(text.replace(/"(run_[^"]*|[pca]\d+)"/g, (_, id: string) => `"${rename(id)}"`));
}

/** All calls of a run, in the order of its messages, sub-agents' behind the root's. */
export function allCalls(state: RunState): readonly ToolPart[] {
  return [state, ...Object.values(state.scopes)].flatMap((scope) =>
    scope.messages.flatMap(({ parts }) => parts.filter((part) => part.type === "tool")),
  );
}
