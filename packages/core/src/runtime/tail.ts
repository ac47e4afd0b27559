import type {
  TailItem,
  TailOptions,
  TailThreadOptions,
  ThreadItem,
  Viewer,
  Watching,
} from "../runtime-contract.ts";
import { latch } from "../signal.ts";
import type { Feeds } from "./feeds.ts";

/** Portions that wait for who iterates: one to take while the next is made. */
const maxWaiting = 2;

/** {@link Feeds.watch} for who would rather ask. Ends without a terminal event when the runtime is closed. */
export function tailRun(feeds: Feeds, run: string, options: TailOptions = {}) {
  return iterate<TailItem>((viewer) => feeds.watch(run, options, viewer), options.signal);
}

/** {@link Feeds.watchThread} for who would rather ask. */
export function tailThread(feeds: Feeds, thread: string, options: TailThreadOptions = {}) {
  return iterate<ThreadItem>(
    (viewer) => feeds.watchThread(thread, options, viewer),
    options.signal,
  );
}

async function* iterate<Item>(
  watch: (viewer: Viewer<Item>) => Watching,
  signal: AbortSignal | undefined,
): AsyncGenerator<Item, void> {
  if (signal?.aborted) return;
  const waiting: Item[] = [];
  const changed = latch();
  let end: { readonly error: unknown } | undefined;
  const watching = watch({
    next(item) {
      waiting.push(item);
      changed.notify();
      return waiting.length < maxWaiting;
    },
    end(error) {
      end = { error };
      changed.notify();
    },
  });
  signal?.addEventListener("abort", changed.notify);
  try {
    while (!signal?.aborted) {
      const item = waiting.shift();
      if (item !== undefined) {
        yield item;
        watching.resume();
      } else if (end !== undefined) {
        if (end.error !== undefined) throw end.error;
        return;
      } else {
        await changed.wait();
      }
    }
  } finally {
    signal?.removeEventListener("abort", changed.notify);
    watching.leave();
  }
}
