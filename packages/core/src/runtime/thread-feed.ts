import type { EventLog, ThreadInfo } from "../log/event-log.ts";
import { Hint } from "./hint.ts";

/** Runs that are looked back along `previous`. */
const maxHops = 1_000;

/** A thread as its viewers in this process share it: one listener, and each look at it taken once for all. */
export class ThreadFeed {
  readonly #log: EventLog;
  readonly #thread: string;
  readonly #gone: () => void;
  readonly #watches = new Set<() => void>();
  readonly #hint: Hint;
  /** By run: the one before it, which never changes. */
  readonly #previous = new Map<string, string | undefined>();
  #info: Promise<ThreadInfo | undefined> | undefined;

  /** `gone`: nobody watches any more. */
  constructor(log: EventLog, thread: string, gone: () => void) {
    this.#log = log;
    this.#thread = thread;
    this.#gone = gone;
    this.#hint = new Hint(log, `thread:${thread}`, () => this.ring());
  }

  /** Calls `poke` when the thread may have changed. Gives the way to stop that. */
  join(poke: () => void): () => void {
    this.#watches.add(poke);
    return () => {
      if (this.#watches.delete(poke) && this.#watches.size === 0) this.close();
    };
  }

  /** The thread may have changed. */
  ring(): void {
    this.#info = undefined;
    for (const poke of this.#watches) poke();
  }

  close(): void {
    this.#hint.stop();
    this.#gone();
    this.ring();
  }

  /** What the thread is now, or was when somebody looked since it last changed. */
  info(): Promise<ThreadInfo | undefined> {
    if (this.#info === undefined) {
      this.#hint.arm();
      const info = this.#log.threads.get(this.#thread);
      this.#info = info;
      info.catch(() => {
        if (this.#info === info) this.#info = undefined;
      });
    }
    return this.#info;
  }

  /** The run to follow after `current`: the next one on the way to the head, or the head itself on another branch. */
  async following(current: string | undefined, head: string): Promise<string> {
    // Whoever has followed none begins at the head, however many are before it.
    if (current === undefined) return head;
    let next = head;
    for (let hops = 0; hops < maxHops; hops++) {
      const previous = await this.#before(next);
      if (previous === undefined) return head;
      if (previous === current) return next;
      next = previous;
    }
    return head;
  }

  async isAfter(run: string, head: string): Promise<boolean> {
    let id: string | undefined = head;
    for (let hops = 0; id !== undefined && hops < maxHops; hops++) {
      id = await this.#before(id);
      if (id === run) return true;
    }
    return false;
  }

  async #before(run: string): Promise<string | undefined> {
    if (this.#previous.has(run)) return this.#previous.get(run);
    const info = await this.#log.find(run);
    if (info !== undefined) this.#previous.set(run, info.previous);
    return info?.previous;
  }
}
