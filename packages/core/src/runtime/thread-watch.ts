import { persist } from "../loop/persist.ts";
import type {
  TailItem,
  ThreadItem,
  Viewer,
  WatchFrom,
  Watching,
  WatchThreadFrom,
} from "../runtime-contract.ts";
import { latch } from "../signal.ts";
import type { Feeds } from "./feeds.ts";
import type { ThreadFeed } from "./thread-feed.ts";

/** How often a look at the thread is repeated when the log does not answer: for about two seconds. */
const maxRepeats = 8;

/**
 * One viewer of a thread: follows a run to its end, then what came after it. A run that branches off elsewhere is the
 * thread's newest at once, so the viewer is taken there without waiting.
 */
export class ThreadWatch implements Watching {
  readonly #feeds: Feeds;
  readonly #feed: ThreadFeed;
  readonly #viewer: Viewer<ThreadItem>;
  readonly #poked = latch();
  readonly #part: () => void;
  /** The run that the viewer was announced, and where to begin with it. */
  #goal: { readonly run: string; readonly from: WatchFrom } | undefined;
  /** The run that is or was followed last. */
  #run: string | undefined;
  /** The watch of the current run, while it lasts. */
  #inner: Watching | undefined;
  /** The thread was there: when it is not, it was deleted. */
  #known: boolean;
  /** A run that the viewer comes upon begins with its state; one that begins before its eyes, with its first event. */
  #upon: boolean;
  #hungry = true;
  #over = false;

  constructor(feeds: Feeds, feed: ThreadFeed, from: WatchThreadFrom, viewer: Viewer<ThreadItem>) {
    this.#feeds = feeds;
    this.#feed = feed;
    this.#viewer = viewer;
    const { at } = from;
    this.#goal = at && { run: at.run, from: { after: at.after } };
    this.#run = at?.run;
    this.#known = at !== undefined;
    this.#upon = at === undefined;
    this.#part = feed.join(() => this.#poked.notify());
    void this.#follow();
  }

  resume(): void {
    if (this.#over || this.#hungry) return;
    this.#hungry = true;
    if (this.#inner === undefined) this.#poked.notify();
    else this.#inner.resume();
  }

  leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#inner?.leave();
    this.#inner = undefined;
    this.#part();
    this.#poked.notify();
  }

  async #follow(): Promise<void> {
    try {
      await undefined;
      while (!this.#over) {
        if (this.#feeds.closed) return this.#finish();
        await this.#step();
        if (!this.#over) await this.#poked.wait();
      }
    } catch (error) {
      this.#finish(error);
    }
  }

  /** Looks at the thread once, and goes where it is. */
  async #step(): Promise<void> {
    const info = await this.#insist(() => this.#feed.info());
    if (this.#over) return;
    if (info === undefined && this.#known) {
      this.#viewer.next({ type: "gone" });
      return this.#finish();
    }
    this.#known ||= info !== undefined;
    const head = info?.head;
    if (this.#inner !== undefined) {
      if (!(await this.#isLeft(head)) && this.#inner !== undefined) return;
      this.#inner?.leave();
      this.#inner = undefined;
      this.#upon = false;
    }
    if (this.#goal === undefined) await this.#choose(head);
    if (this.#goal !== undefined && this.#hungry && !this.#over) {
      this.#enter(this.#goal);
      // The thread may have branched before the run was entered: nothing will tell of that any more.
      if (head !== this.#run) this.#poked.notify();
    }
  }

  /** Announces the run to go on with, if there is one. */
  async #choose(head: string | undefined): Promise<void> {
    if (this.#over || !this.#hungry) return;
    if (head === undefined || head === this.#run) {
      this.#upon = false;
      return;
    }
    const run = await this.#insist(() => this.#feed.following(this.#run, head));
    if (this.#over) return;
    this.#goal = { run, from: { snapshot: this.#upon } };
    this.#hungry = this.#viewer.next({ type: "run", run });
  }

  /** Whether the thread's head is neither the run that is followed nor one after it. */
  async #isLeft(head: string | undefined): Promise<boolean> {
    const run = this.#run;
    if (run === undefined || head === run) return false;
    return head === undefined || !(await this.#insist(() => this.#feed.isAfter(run, head)));
  }

  #enter({ run, from }: { readonly run: string; readonly from: WatchFrom }): void {
    this.#goal = undefined;
    this.#run = run;
    const inner = this.#feeds.watch(run, from, {
      next: (item) => this.#tell(item),
      end: (error) => {
        if (this.#inner !== inner) return;
        this.#inner = undefined;
        this.#upon = false;
        if (error === undefined) this.#poked.notify();
        else this.#finish(error);
      },
    });
    this.#inner = inner;
  }

  /** A run that is deleted takes nothing from the thread: what comes after it is followed. */
  #tell(item: TailItem): boolean {
    if (item.type !== "gone") this.#hungry = this.#viewer.next(item);
    return this.#hungry;
  }

  #finish(error?: unknown): void {
    if (this.#over) return;
    this.leave();
    this.#viewer.end(error);
  }

  #insist<T>(look: () => Promise<T>): Promise<T> {
    return persist(
      look,
      (_, attempt) => attempt < maxRepeats && !this.#over && !this.#feeds.closed,
    );
  }
}
