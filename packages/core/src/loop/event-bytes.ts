import type { NewEvent } from "../protocol/events.ts";

/** What seq, at and the cursor add to an event, generously. */
const envelope = 160;
/** Below this many UTF-16 units a bound is good enough; above, the exact size decides. */
const exactFrom = 4_096;

/**
 * An event's size in bytes of UTF-8 JSON: exact for large ones, an upper bound for small ones, where a short delta
 * costs nothing to judge (an escape takes six bytes at most).
 */
export function eventBytes(event: NewEvent): number {
  if ("delta" in event && event.delta.length < exactFrom) return envelope + 6 * event.delta.length;
  const json = JSON.stringify(event);
  if (json.length < exactFrom) return envelope + 3 * json.length;
  return envelope + new TextEncoder().encode(json).length;
}
