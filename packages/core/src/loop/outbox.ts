import type { RunEvent } from "../protocol/events.ts";

/** A batch stays well below `maxBatchBytes`. */
export const batchBytes = 524_288;

export interface Batch {
  readonly events: readonly RunEvent[];
  readonly bytes: number;
  /** The newest command that is answered in this batch; absent: none is. */
  readonly consume?: number;
}

/** The events of a run that wait for their append, in order. */
export class Outbox {
  #events: RunEvent[] = [];
  #sizes: number[] = [];
  #bytes = 0;
  /** Which event answers which command, so that a batch consumes exactly the commands that it answers. */
  #answers: { readonly seq: number; readonly n: number }[] = [];

  get length(): number {
    return this.#events.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(event: RunEvent, bytes: number): void {
    this.#events.push(event);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** The command `n` is answered by the events up to `seq`. */
  answer(seq: number, n: number): void {
    this.#answers.push({ seq, n });
  }

  /** Takes the next batch: all there is, or what fits. */
  take(): Batch {
    let count = 0;
    let bytes = 0;
    while (
      count < this.#events.length &&
      (count === 0 || bytes + (this.#sizes[count] ?? 0) <= batchBytes)
    ) {
      bytes += this.#sizes[count++] ?? 0;
    }
    const whole = count === this.#events.length;
    const events = whole ? this.#events : this.#events.slice(0, count);
    this.#events = whole ? [] : this.#events.slice(count);
    this.#sizes = whole ? [] : this.#sizes.slice(count);
    this.#bytes -= bytes;
    const consume = this.#takeAnswers(events.at(-1)?.seq ?? 0);
    return { events, bytes, ...(consume !== undefined && { consume }) };
  }

  clear(): void {
    this.#events = [];
    this.#sizes = [];
    this.#answers = [];
    this.#bytes = 0;
  }

  #takeAnswers(seq: number): number | undefined {
    const left = this.#answers.findIndex((answer) => answer.seq > seq);
    const taken = this.#answers.splice(0, left < 0 ? this.#answers.length : left);
    return taken.at(-1)?.n;
  }
}
