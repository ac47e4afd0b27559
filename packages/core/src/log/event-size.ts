import type { RunEvent } from "../protocol/events.ts";
import { maxBatchBytes, maxEventBytes } from "./event-log.ts";

/**
 * Whether a batch is over the limits. Encoding every event only to learn that it is small would cost more than the
 * append itself, so sizes are bounded from above by what is known at once (a UTF-16 unit takes at most six bytes, as
 * `\u0000`), and only what could be too large is encoded.
 */
export function isTooLarge(events: readonly RunEvent[]): boolean {
  let batch = 0;
  for (const event of events) {
    const bound = upperBound(event);
    if (bound > maxEventBytes && jsonBytes(event) > maxEventBytes) return true;
    batch += bound;
  }
  if (batch <= maxBatchBytes) return false;
  return events.reduce((sum, event) => sum + jsonBytes(event), 0) > maxBatchBytes;
}

/** The length of a value's JSON in bytes of UTF-8. */
export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Never less than {@link jsonBytes}. */
export function upperBound(value: unknown): number {
  if (typeof value === "string") return 6 * value.length + 2;
  // A number has at most 25 characters: -0.0000010676023746393622 (below that size it gets an exponent).
  if (typeof value !== "object" || value === null) return 25;
  let sum = 2;
  if (Array.isArray(value)) {
    for (const item of value) sum += upperBound(item) + 1;
    return sum;
  }
  for (const key in value) {
    sum += 6 * key.length + 4 + upperBound((value as Record<string, unknown>)[key]);
  }
  return sum;
}
