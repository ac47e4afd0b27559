import { createDraft } from "./draft.ts";
import type { RunEvent } from "./events.ts";
import type { RunState } from "./state.ts";

/**
 * The pure reducer: the state after one more event. The first event of a run is `run.started`; before it there is no
 * state. For more than a few events a draft is cheaper: it copies per snapshot, this copies per event.
 */
export function fold(state: undefined, event: RunEvent): RunState | undefined;
export function fold(state: RunState, event: RunEvent): RunState;
export function fold(state: RunState | undefined, event: RunEvent): RunState | undefined;
export function fold(state: RunState | undefined, event: RunEvent): RunState | undefined {
  return foldAll([event], state);
}

/** The state after all the events, from `from` or from nothing. */
export function foldAll(events: readonly RunEvent[]): RunState | undefined;
export function foldAll<S extends RunState | undefined>(events: readonly RunEvent[], from: S): S;
export function foldAll(events: readonly RunEvent[], from?: RunState): RunState | undefined {
  const draft = createDraft(from);
  draft.applyAll(events);
  return draft.snapshot();
}
