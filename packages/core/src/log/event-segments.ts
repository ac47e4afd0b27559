import { cutSegment, joinSegments, type Segment } from "./segment.ts";

/** Segments stay as they were appended until there are so many events or so much text in them. */
const openEvents = 512;
const openUnits = 65_536;
/** Then they are joined to about so much text: a replay reads few of them, each worth a write. */
const sealedUnits = 16_384;

/** A run's events in memory, as segments. A read that begins where one begins gets that very segment. */
export interface EventSegments {
  /** The newest seq, which is also how many there are. */
  readonly tail: number;
  append(segment: Segment): void;
  /** Puts others in the place of all events. */
  replace(segments: readonly Segment[]): void;
  /** The epoch under which the event was written; 0 where there is none. */
  epochAt(seq: number): number;
  /** At most `limit` events after `seq`, of one epoch. May be fewer than there are, but not none, except at the tail. */
  read(seq: number, limit: number): Segment;
}

export function eventSegments(): EventSegments {
  let segments: Segment[] = [];
  /** From here on segments are as they were appended. Only they have their objects, for followers in this process. */
  let open = 0;
  let events = 0;
  let units = 0;
  let tail = 0;

  /** Joins what is open, but for the newest segments that have `keep` events at most. */
  function seal(keep: number): void {
    let end = segments.length;
    events = units = 0;
    while (end > open && events + (segments[end - 1] as Segment).count <= keep) {
      const { count, frames } = segments[--end] as Segment;
      events += count;
      units += frames.length;
    }
    const kept = segments.splice(end);
    const small = segments.splice(open);
    for (let from = 0; from < small.length; ) {
      const { first, epoch } = small[from] as Segment;
      let count = 0;
      let size = 0;
      const texts: string[] = [];
      while (from < small.length && size < sealedUnits) {
        const segment = small[from++] as Segment;
        count += segment.count;
        size += segment.frames.length;
        texts.push(segment.frames);
      }
      segments.push({ first, count, epoch, frames: texts.join("") });
    }
    open = segments.length;
    segments.push(...kept);
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

  function append(segment: Segment): void {
    if (segment.count === 0) return;
    if (segments.at(-1)?.epoch !== segment.epoch) seal(0);
    // Followers in this process are at most a macrotask behind, in which a loop appends half of it.
    else if (events + segment.count > openEvents) seal(openEvents / 2);
    else if (units >= openUnits) seal(0);
    segments.push(segment);
    events += segment.count;
    units += segment.frames.length;
    tail += segment.count;
  }

  return {
    get tail() {
      return tail;
    },
    append,
    replace(others) {
      segments = [];
      open = events = units = tail = 0;
      for (const segment of others) append(segment);
    },
    epochAt: (seq) => (seq < 1 || seq > tail ? 0 : (segments[locate(seq)] as Segment).epoch),
    read(seq, limit) {
      if (seq >= tail) {
        const epoch = segments.at(-1)?.epoch ?? 0;
        return { first: tail + 1, count: 0, epoch, frames: "" };
      }
      const index = locate(seq + 1);
      const segment = segments[index] as Segment;
      if (index < open || index === segments.length - 1) return cutSegment(segment, seq, limit);
      // A reader that is behind takes the small segments together: they are of one epoch.
      return cutSegment(joinSegments(segments.slice(index)), seq, limit);
    },
  };
}
