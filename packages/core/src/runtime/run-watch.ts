import type { Cursor } from "../protocol/cursor.ts";
import type { TailItem, Viewer, Watching } from "../runtime-contract.ts";

/** What a watcher asks of the feed it belongs to. */
export interface WatchHost {
  /** The watcher wants what comes after `at`. */
  advance(watch: RunWatch): void;
  /** The watcher wants nothing any more. */
  remove(watch: RunWatch): void;
}

/** One viewer of a run: a cursor, and whether it wants more. */
export class RunWatch implements Watching {
  readonly #host: WatchHost;
  readonly #viewer: Viewer<TailItem>;
  /** What the viewer has. `undefined`: nothing that counts, it needs the state. */
  at: Cursor | undefined;
  /** Wants more. */
  hungry = true;
  over = false;
  /** The feed is reading for it alone. */
  reading = false;

  constructor(host: WatchHost, viewer: Viewer<TailItem>, at: Cursor | undefined) {
    this.#host = host;
    this.#viewer = viewer;
    this.at = at;
  }

  resume(): void {
    if (this.over || this.hungry) return;
    this.hungry = true;
    this.#host.advance(this);
  }

  leave(): void {
    if (this.over) return;
    this.over = true;
    this.#host.remove(this);
  }

  /** Tells the viewer, who then has what is before `at`. */
  tell(item: TailItem, at: Cursor): void {
    this.at = at;
    this.hungry = this.#viewer.next(item);
  }

  /** The last word. */
  finish(last?: TailItem, error?: unknown): void {
    if (this.over) return;
    if (last !== undefined) this.#viewer.next(last);
    this.leave();
    this.#viewer.end(error);
  }
}
