import type { ReadResult } from "../log/event-log.ts";
import { type Cursor, formatCursor } from "../protocol/cursor.ts";

/** Kept for viewers that are a little behind; the log serves those further back. */
const keptPortions = 16;

/** What was read of a run, for viewers that come to the same place. */
export class Portions {
  readonly #kept = new Map<string, ReadResult>();
  readonly #flying = new Map<string, Promise<ReadResult>>();

  /** What is known, or is being read, or `read` gives. May have begun before the call: not for who waits at the tail. */
  get(after: Cursor, read: () => Promise<ReadResult>): Promise<ReadResult> {
    const place = formatCursor(after);
    const kept = this.#kept.get(place);
    if (kept !== undefined) return Promise.resolve(kept);
    const flying = this.#flying.get(place);
    if (flying !== undefined) return flying;
    const begun = read();
    this.#flying.set(place, begun);
    const landed = (): void => void this.#flying.delete(place);
    begun.then((result) => {
      landed();
      this.keep(after, result);
    }, landed);
    return begun;
  }

  keep(after: Cursor, result: ReadResult): void {
    // What was deleted or compacted must not be told to anybody who comes now.
    if (result.status !== "events") this.#kept.clear();
    else if (result.segment.count > 0) {
      this.#kept.set(formatCursor(after), result);
      const [oldest] = this.#kept.keys();
      if (this.#kept.size > keptPortions && oldest !== undefined) this.#kept.delete(oldest);
    }
  }
}
