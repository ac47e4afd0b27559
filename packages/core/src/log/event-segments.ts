import type { RunEvent } from "../protocol/events.ts";

/** Small segments are joined at this many events: a replay then reads few arrays, and all replays read the same. */
const sealedEvents = 256;

interface Segment {
  /** The seq of the first event. */
  readonly first: number;
  readonly epoch: number;
  readonly events: readonly RunEvent[];
}

/**
 * A run's events in memory. The arrays given to `append` are kept, not copied, and a read that begins where one begins
 * gets that very array: the thousand viewers at the tail of a run share it, and whatever they cache by it.
 */
export interface EventSegments {
  /** The newest seq, which is also how many there are. */
  readonly tail: number;
  append(events: readonly RunEvent[], epoch: number): void;
  /** Puts others in the place of all events. */
  replace(events: readonly RunEvent[], epoch: number): void;
  /** The epoch under which the event was written; 0 where there is none. */
  epochAt(seq: number): number;
  /** At most `limit` events after `seq`, of one epoch. May be fewer than there are, but not none. */
  read(seq: number, limit: number): readonly RunEvent[];
}

export function eventSegments(): EventSegments {
  let segments: Segment[] = [];
  /** From here on segments are small, as they were appended. */
  let open = 0;
  let openEvents = 0;
  let tail = 0;

  function seal(): void {
    if (segments.length - open > 1) {
      const small = segments.slice(open);
      const { first, epoch } = small[0] as Segment;
      segments.length = open;
      segments.push({ first, epoch, events: small.flatMap((segment) => segment.events) });
    }
    open = segments.length;
    openEvents = 0;
  }

  /** The index of the segment that holds `seq`. */
  function locate(seq: number): number {
    let low = 0;
    let high = segments.length - 1;
    if (high >= 0 && (segments[high] as Segment).first <= seq) return high;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((segments[middle] as Segment).first <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  function append(events: readonly RunEvent[], epoch: number): void {
    if (events.length === 0) return;
    const last = segments.at(-1);
    if (openEvents + events.length > sealedEvents || last?.epoch !== epoch) seal();
    segments.push({ first: tail + 1, epoch, events });
    openEvents += events.length;
    tail += events.length;
  }

  return {
    get tail() {
      return tail;
    },
    append,
    replace(events, epoch) {
      segments = [];
      open = openEvents = tail = 0;
      append(events, epoch);
    },
    epochAt: (seq) => (seq < 1 || seq > tail ? 0 : (segments[locate(seq)] as Segment).epoch),
    read(seq, limit) {
      if (seq >= tail) return [];
      const index = locate(seq + 1);
      const { first, events } = segments[index] as Segment;
      const from = seq + 1 - first;
      if (index < open || index === segments.length - 1) {
        return from === 0 && events.length <= limit ? events : events.slice(from, from + limit);
      }
      // A reader that is behind takes the small segments together: they are of one epoch.
      const joined = events.slice(from);
      for (let i = index + 1; i < segments.length && joined.length < limit; i++) {
        joined.push(...(segments[i] as Segment).events);
      }
      return joined.length > limit ? joined.slice(0, limit) : joined;
    },
  };
}
