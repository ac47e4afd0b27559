import type { EventLog, Topic } from "../log/event-log.ts";

/** Who follows a topic of the log: one wait at a time, however often it is armed. */
export class Hint {
  readonly #log: Pick<EventLog, "wait">;
  readonly #topic: Topic;
  readonly #ring: () => void;
  readonly #over = new AbortController();
  #armed = false;

  /** `ring` is called at the change, at most once per `arm`. */
  constructor(log: Pick<EventLog, "wait">, topic: Topic, ring: () => void) {
    this.#log = log;
    this.#topic = topic;
    this.#ring = ring;
  }

  /** From now on a change rings. Arm it, read, and only then wait for the ring. */
  arm(): void {
    if (this.#armed || this.#over.signal.aborted) return;
    this.#armed = true;
    void this.#log.wait(this.#topic, this.#over.signal).then(() => {
      this.#armed = false;
      if (!this.#over.signal.aborted) this.#ring();
    });
  }

  stop(): void {
    // With a reason: without one an error is made, and its stack is the most expensive thing here.
    this.#over.abort("over");
  }
}
