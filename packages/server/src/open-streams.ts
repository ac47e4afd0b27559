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

  constructor(keepAliveMs: number) {
    this.#keepAliveMs = Math.min(keepAliveMs, maxDelayMs);
  }

  add(stream: Open): void {
    this.#open.add(stream);
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

  /** Ends all streams: the viewers come back, to another process. */
  abort(): void {
    for (const open of this.#open) open.abort();
  }
}
