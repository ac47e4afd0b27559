import type { DraftTree } from "./draft-tree.ts";
import type { DeltaType, EventOf, EventType } from "./events.ts";

/** What an event of each type does to the state. Out of order it does nothing. */
export type Folds<T extends EventType = Exclude<EventType, DeltaType>> = {
  readonly [K in T]: (tree: DraftTree, event: EventOf<K>) => void;
};
