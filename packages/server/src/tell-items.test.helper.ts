import { encodeSegment, type TailItem, type Viewer, type Watching } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";

/** Tells what is in the list, as fast as the viewer takes it, and then the end. `gone` is called when it is left. */
export function tellItems<T>(items: Iterable<T>, viewer: Viewer<T>, gone = () => {}): Watching {
  const iterator = items[Symbol.iterator]();
  let over = false;
  const go = async (): Promise<void> => {
    await undefined;
    for (let wants = true; wants && !over; ) {
      const next = iterator.next();
      if (!next.done) {
        wants = viewer.next(next.value);
        continue;
      }
      over = true;
      viewer.end();
    }
  };
  void go();
  return {
    resume: () => void go(),
    leave() {
      over = true;
      gone();
    },
  };
}

/** The events as a portion of a run. */
export function portion(events: readonly RunEvent[], epoch: number): TailItem {
  const segment = encodeSegment(events, epoch);
  if (segment === "too-large") throw new Error(segment);
  return { type: "events", segment };
}
