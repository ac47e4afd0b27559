import { decodeEvent } from "../protocol/decode.ts";
import { decodeDelta } from "../protocol/decode-delta.ts";
import { encodeEvent } from "../protocol/encode.ts";
import type { RunEvent } from "../protocol/events.ts";
import { maxBatchBytes, maxEventBytes } from "./event-log.ts";
import { utf8Bytes } from "./utf8-bytes.ts";

/**
 * Contiguous events of one epoch as text: what a log keeps and hands out. An event is encoded once, by whoever appends
 * it, and its frame is what every viewer gets, however many there are and whenever they come.
 */
export interface Segment {
  /** The seq of the first event. */
  readonly first: number;
  /** How many there are; 0 only at a log's tail. */
  readonly count: number;
  /** Under which they were written. */
  readonly epoch: number;
  /** One frame per event, `id: <seq>.<epoch>`, `data: <json>` and an empty line (PROTOCOL.md §7). */
  readonly frames: string;
  /** The same once more as objects, where a log has them at hand. Not to be changed by anybody. */
  readonly events?: readonly RunEvent[] | undefined;
}

/** Events that are encoded together where there are many. */
const maxCount = 256;
const frameEnd = "\n\n";
const dataField = "\ndata: ";

/**
 * The events as a segment; `too-large` when they are over {@link maxEventBytes} or {@link maxBatchBytes}. Sizes are
 * bounded by the length of the text (a UTF-16 unit takes at most three bytes), and measured only above that.
 */
export function encodeSegment(events: readonly RunEvent[], epoch: number): Segment | "too-large" {
  const frames: string[] = [];
  const between = `.${epoch}\ndata: `;
  let units = 0;
  for (const event of events) {
    const json = encodeEvent(event);
    if (3 * json.length > maxEventBytes && utf8Bytes(json) > maxEventBytes) return "too-large";
    units += json.length;
    frames.push(`id: ${event.seq}${between}${json}\n\n`);
  }
  const segment: Segment = {
    first: events[0]?.seq ?? 1,
    count: events.length,
    epoch,
    // Joined at once into one flat string: what is put together piece by piece is a tree, which the log would keep.
    frames: frames.join(""),
  };
  return 3 * units > maxBatchBytes && jsonBytes(segment) > maxBatchBytes ? "too-large" : segment;
}

/**
 * Any number of events as segments, each small enough to be kept.
 *
 * @throws RangeError for an event that no log takes.
 */
export function encodeSegments(events: readonly RunEvent[], epoch: number): readonly Segment[] {
  const segments: Segment[] = [];
  for (let from = 0; from < events.length; ) {
    let count = Math.min(events.length - from, maxCount);
    let segment = encodeSegment(events.slice(from, from + count), epoch);
    while (segment === "too-large") {
      if (count === 1)
        throw new RangeError(`Event ${events[from]?.seq} is larger than a log takes.`);
      count = count >> 1;
      segment = encodeSegment(events.slice(from, from + count), epoch);
    }
    segments.push(segment);
    from += count;
  }
  return segments;
}

/** A segment's events as objects. @throws ProtocolError when a store gave back what was never written. */
export function segmentEvents(segment: Segment): readonly RunEvent[] {
  return (
    segment.events ?? segmentJson(segment).map((json) => decodeDelta(json) ?? decodeEvent(json))
  );
}

/** A segment's events as JSON, one text each. */
export function segmentJson({ frames, count }: Segment): string[] {
  if (count === 0) return [];
  const texts = frames.split(frameEnd);
  texts.pop();
  return texts.map((text) => text.slice(text.indexOf(dataField) + dataField.length));
}

/** What of a segment comes after `seq`, at most `limit` events. */
export function cutSegment(segment: Segment, seq: number, limit: number): Segment {
  const { first, count, epoch, frames, events } = segment;
  const from = Math.max(first, seq + 1);
  const end = Math.min(first + count, from + limit);
  if (from === first && end === first + count) return segment;
  if (end <= from) return { first: from, count: 0, epoch, frames: "" };
  return {
    first: from,
    count: end - from,
    epoch,
    frames: frames.slice(frameAt(segment, from), frameAt(segment, end)),
    ...(events !== undefined && { events: events.slice(from - first, end - first) }),
  };
}

/** Segments of one epoch, each the next of the one before, as one. */
export function joinSegments(segments: readonly Segment[]): Segment {
  const [only] = segments;
  if (only === undefined) throw new RangeError("There is nothing to join.");
  if (segments.length === 1) return only;
  const known = segments.every((segment) => segment.events !== undefined);
  return {
    first: only.first,
    count: segments.reduce((sum, { count }) => sum + count, 0),
    epoch: only.epoch,
    frames: segments.map(({ frames }) => frames).join(""),
    ...(known && { events: segments.flatMap(({ events }) => events ?? []) }),
  };
}

/** Where the frame of `seq` begins. JSON has no line breaks, so that nothing else looks like one. */
function frameAt({ first, count, epoch, frames }: Segment, seq: number): number {
  if (seq === first) return 0;
  if (seq === first + count) return frames.length;
  return frames.indexOf(`${frameEnd}id: ${seq}.${epoch}\n`) + frameEnd.length;
}

function jsonBytes(segment: Segment): number {
  return segmentJson(segment).reduce((sum, json) => sum + utf8Bytes(json), 0);
}
