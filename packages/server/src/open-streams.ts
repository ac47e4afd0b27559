/** What is done to all streams that are open. */
interface Open {
  keepAlive(): void;
  abort(): void;
}

/** A timer that was given more would fire at once, again and again. */
const maxDelayMs = 2 ** 31 - 1;

/** The streams that are open, with one timer for all of them. */
export class OpenStreams {
  readonly #open = new Set<Open>();
  readonly #keepAliveMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #closed = false;

  constructor(keepAliveMs: number) {
    this.#keepAliveMs = Math.min(keepAliveMs, maxDelayMs);
  }

  add(stream: Open): void {
    this.#open.add(stream);
    // A request that was let in before the end, and took its time.
    if (this.#closed) {
      stream.abort();
      return;
    }
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      for (const open of this.#open) open.keepAlive();
    }, this.#keepAliveMs);
    // The socket keeps the process alive, not its keep-alive: a body that nobody reads to its end must not.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  delete(stream: Open): void {
    if (!this.#open.delete(stream) || this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ends all streams, also those that are still to come: the viewers come back, to another process. */
  abort(): void {
    this.#closed = true;
    for (const open of this.#open) open.abort();
  }
}
