import { encodeSegment, type Segment, segmentEvents } from "../log/segment.ts";
import { ok, same } from "./assert.ts";

/** A segment says of itself what its frames are, and they are what the protocol makes of its events. */
export function checkSegment(segment: Segment): void {
  const { first, count, epoch, frames, events } = segment;
  const { events: _, ...text } = segment;
  const inFrames = segmentEvents(text);
  same(inFrames.length, count, "frames in a segment");
  for (const [index, event] of inFrames.entries()) same(event.seq, first + index, "its next seq");
  const encoded = encodeSegment(inFrames, epoch);
  ok(encoded !== "too-large", "a segment within the limits");
  same(frames, encoded.frames, "the frames of a segment");
  if (events !== undefined) same(events, inFrames, "a segment's objects");
}
