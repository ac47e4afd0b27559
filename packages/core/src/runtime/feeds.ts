import type { EventLog } from "../log/event-log.ts";
import { start } from "../protocol/cursor.ts";
import type {
  TailItem,
  ThreadItem,
  Viewer,
  WatchFrom,
  Watching,
  WatchThreadFrom,
} from "../runtime-contract.ts";
import { RunFeed } from "./run-feed.ts";
import { ThreadFeed } from "./thread-feed.ts";
import { ThreadWatch } from "./thread-watch.ts";

/** A hint may be lost: look again after this long. */
const backstopMs = 5_000;

/** The runs and threads that are watched in this process, each as one reader of the log. */
export interface Feeds {
  readonly closed: boolean;
  watch(run: string, from: WatchFrom, viewer: Viewer<TailItem>): Watching;
  watchThread(thread: string, from: WatchThreadFrom, viewer: Viewer<ThreadItem>): Watching;
  /** Ends all watching. */
  close(): void;
}

export function createFeeds(log: EventLog): Feeds {
  const runs = new Map<string, RunFeed>();
  const threads = new Map<string, ThreadFeed>();
  let backstop: ReturnType<typeof setInterval> | undefined;
  let closed = false;

  /** The feed of that id, made if need be. One timer looks after all of them, while there are any. */
  function feedOf<F>(feeds: Map<string, F>, id: string, make: (gone: () => void) => F): F {
    const known = feeds.get(id);
    if (known !== undefined) return known;
    const feed = make(() => {
      if (feeds.get(id) === feed) feeds.delete(id);
      if (runs.size + threads.size > 0) return;
      clearInterval(backstop);
      backstop = undefined;
    });
    feeds.set(id, feed);
    backstop ??= unreferenced(setInterval(ringAll, backstopMs));
    return feed;
  }

  function ringAll(): void {
    for (const feed of runs.values()) feed.ring();
    for (const feed of threads.values()) feed.ring();
  }

  const feeds: Feeds = {
    get closed() {
      return closed;
    },
    watch(run, { after, snapshot }, viewer) {
      if (closed) return over(viewer);
      const feed = feedOf(runs, run, (gone) => new RunFeed(log, run, gone));
      return feed.watch(viewer, after ?? (snapshot ? undefined : start));
    },
    watchThread(thread, from, viewer) {
      if (closed) return over(viewer);
      const feed = feedOf(threads, thread, (gone) => new ThreadFeed(log, thread, gone));
      return new ThreadWatch(feeds, feed, from, viewer);
    },
    close() {
      closed = true;
      for (const feed of runs.values()) feed.close();
      for (const feed of threads.values()) feed.close();
    },
  };
  return feeds;
}

/** For who comes after the end. */
function over(viewer: Viewer<never>): Watching {
  let left = false;
  queueMicrotask(() => {
    if (!left) viewer.end();
  });
  return {
    resume() {},
    leave() {
      left = true;
    },
  };
}

function unreferenced<T>(timer: T): T {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
