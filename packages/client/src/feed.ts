import type { RunEvent } from "@runwire/core/protocol";

/** Events that arrived together, and the cursor after the last of them. */
export interface Batch {
  readonly events: readonly RunEvent[];
  readonly cursor: string | undefined;
}

/** What a slow reader may be behind, in events. Beyond it the log keeps them, and the reader asks it again. */
const maxBehind = 4_096;

/** The way from a stream to one reader: arrays in, arrays out, bounded. */
export class Feed {
  /** The reader fell too far behind: what comes after the last batch is to be asked for again. */
  full = false;
  #batches: Batch[] = [];
  #behind = 0;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** False: the reader is too far behind, nothing was taken and nothing more will be. */
  push(batch: Batch): boolean {
    if (this.#end !== undefined) return false;
    if (this.#behind >= maxBehind) {
      this.full = true;
      this.end();
      return false;
    }
    this.#batches.push(batch);
    this.#behind += batch.events.length;
    this.#wake?.();
    return true;
  }

  /** Nothing more will come; the reader still gets what is there. With an `error` it then throws that. */
  end(failure: { readonly error?: unknown } = {}): void {
    this.#end ??= failure;
    this.#wake?.();
  }

  /** The next batch; `undefined` at the end. */
  async next(): Promise<Batch | undefined> {
    while (this.#batches.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const batch = this.#batches.shift();
    if (batch !== undefined) {
      this.#behind -= batch.events.length;
      return batch;
    }
    if (this.#end !== undefined && "error" in this.#end) throw this.#end.error;
    return undefined;
  }
}
