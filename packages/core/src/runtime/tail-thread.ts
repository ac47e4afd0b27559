import type { EventLog } from "../log/event-log.ts";
import type { Cursor } from "../protocol/cursor.ts";
import type { ThreadItem } from "../runtime-contract.ts";
import { changeOf, type Feeds } from "./feeds.ts";
import { tailRun } from "./tail.ts";

export interface TailThreadOptions {
  readonly at?: { readonly run: string; readonly after: Cursor };
  readonly signal?: AbortSignal;
}

/**
 * Follows whatever runs in a thread: a run to its end, then what came after it. A run that branches off elsewhere is
 * the thread's newest at once, so the viewer is taken there without waiting.
 */
export async function* tailThread(
  log: EventLog,
  feeds: Feeds,
  thread: string,
  options: TailThreadOptions = {},
): AsyncGenerator<ThreadItem, void> {
  const signal = options.signal ?? new AbortController().signal;
  let current = options.at?.run;
  let after = options.at?.after;
  let known = options.at !== undefined;
  // A run that the viewer comes upon begins with its state; one that begins before its eyes, with its first event.
  let upon = options.at === undefined;
  while (!signal.aborted && !feeds.closed) {
    const changed = changeOf(log, `thread:${thread}`, signal);
    const info = await log.threads.get(thread);
    if (info === undefined && known) {
      yield { type: "gone" };
      return;
    }
    known ||= info !== undefined;
    const to = after === undefined ? await following(log, current, info?.head) : current;
    if (to === undefined) {
      upon = false;
      await changed;
      continue;
    }
    current = to;
    if (after === undefined) yield { type: "run", run: to };
    const left = new AbortController();
    const inner = AbortSignal.any([signal, left.signal]);
    const watch = leave(log, thread, to, inner, () => left.abort());
    try {
      for await (const item of tailRun(log, feeds, to, {
        ...(after !== undefined && { after }),
        snapshot: upon,
        signal: inner,
      })) {
        // A run that is deleted takes nothing from the thread: what comes after it is followed.
        if (item.type === "gone") break;
        yield item;
      }
    } finally {
      left.abort();
      await watch;
    }
    after = undefined;
    upon = false;
  }
}

/** The run to follow after `current`: the next one on the way to the head, or the head itself on another branch. */
async function following(
  log: EventLog,
  current: string | undefined,
  head: string | undefined,
): Promise<string | undefined> {
  if (head === undefined || head === current) return undefined;
  let next = head;
  for (let hops = 0; hops < 1_000; hops++) {
    const previous = (await log.find(next))?.previous;
    if (previous === undefined) return head;
    if (previous === current) return next;
    next = previous;
  }
  return head;
}

/** Calls `go` when the thread's head is no longer the run nor a run after it. Ends with `signal`. */
async function leave(
  log: EventLog,
  thread: string,
  run: string,
  signal: AbortSignal,
  go: () => void,
): Promise<void> {
  while (!signal.aborted) {
    const changed = changeOf(log, `thread:${thread}`, signal);
    const head = await log.threads.get(thread).then(
      (info) => info?.head,
      () => run,
    );
    if (head === undefined) return go();
    if (head !== run && !(await isAfter(log, run, head))) return go();
    await changed;
  }
}

async function isAfter(log: EventLog, run: string, head: string): Promise<boolean> {
  for (let id: string | undefined = head, hops = 0; id !== undefined && hops < 1_000; hops++) {
    const previous: string | undefined = (await log.find(id).catch(() => undefined))?.previous;
    if (previous === run) return true;
    id = previous;
  }
  return false;
}
