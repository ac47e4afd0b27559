import type { Thread, ThreadState } from "@runwire/client";
import type { AgentTypes } from "@runwire/core";
import { useRef, useSyncExternalStore } from "react";

/**
 * What `select` finds in a thread's state. The component renders again when that changes, by `isEqual` (default: is
 * another value); a selection that makes a new object each time needs an `isEqual` that looks inside.
 */
export function useThreadState<A extends AgentTypes, Selected>(
  thread: Thread<A>,
  select: (state: ThreadState<A>) => Selected,
  isEqual: (a: Selected, b: Selected) => boolean = Object.is,
): Selected {
  const last = useRef<{ state: ThreadState<A>; select: unknown; selected: Selected }>(undefined);
  const read = (state: ThreadState<A>): Selected => {
    const known = last.current;
    if (known?.state === state && known.select === select) return known.selected;
    const found = select(state);
    const selected = known !== undefined && isEqual(known.selected, found) ? known.selected : found;
    last.current = { state, select, selected };
    return selected;
  };
  return useSyncExternalStore(
    thread.subscribe,
    () => read(thread.state),
    () => read(thread.initial),
  );
}
