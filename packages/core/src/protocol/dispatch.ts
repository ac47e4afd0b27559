import type { RunEvent } from "./events.ts";
import type { SnapshotFrame } from "./state.ts";

type Callback = (value: never, run: never) => unknown;

/** Callbacks by event type, and for events with a name also by name. `On` of `@runwire/core` is its typed form. */
export type Callbacks = {
  readonly [type: string]: Callback | { readonly [name: string]: Callback | undefined } | undefined;
};

/**
 * Tells one event, or a snapshot, to whom it concerns: the callback of its type or name, then `event`; for a snapshot
 * `reset`. Never throws: what a callback throws becomes an uncaught error of the process or the page, as with any
 * listener, so that nobody's mistake stops a stream or goes unheard.
 */
export function dispatch(on: Callbacks, frame: RunEvent | SnapshotFrame, run: unknown): void {
  if (frame.type === "snapshot") {
    call(own(on, "reset"), frame.state, run);
    return;
  }
  // A newer peer may send types that this version does not know: they must not pass for the two reserved keys.
  const { type }: { readonly type: string } = frame;
  if (type !== "event" && type !== "reset") {
    const found = own(on, type);
    if (typeof found === "object" && "name" in frame) call(own(found, frame.name), frame, run);
    else call(found, frame, run);
  }
  call(own(on, "event"), frame, run);
}

/** Names come from models and types from the wire: "constructor" is no callback. */
function own<T extends object>(record: T, key: string): T[keyof T] | undefined {
  return Object.hasOwn(record, key) ? record[key as keyof T] : undefined;
}

function call(callback: unknown, value: unknown, run: unknown): void {
  if (typeof callback !== "function") return;
  try {
    callback(value, run);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
