import type { RunEvent } from "../protocol/events.ts";
import type { Segment } from "./segment.ts";

/** A segment that has its events as objects for a while. */
interface Fresh extends Segment {
  events?: readonly RunEvent[] | undefined;
}

/** Followers in this process take what is appended within a macrotask or two. */
const momentMs = 2;

/**
 * Lets what was just appended be had as objects too: followers in this process would parse what was only just written.
 * Older objects are let go at the next append, since what outlives young garbage is dear: one array of a moment's
 * segments is dropped for the next.
 */
export class FreshEvents {
  #before: Fresh[] = [];
  #now: Fresh[] = [];
  #since = 0;

  /** The segment, with the events for a moment. */
  add(segment: Segment, events: readonly RunEvent[]): Segment {
    const time = performance.now();
    if (time - this.#since > momentMs) {
      for (const old of this.#before) old.events = undefined;
      this.#before = this.#now;
      this.#now = [];
      this.#since = time;
    }
    const fresh: Fresh = { ...segment, events };
    this.#now.push(fresh);
    return fresh;
  }
}
