import type { Viewer, Watching } from "@runwire/core";
import { macrotask, nextMacrotask } from "./macrotask.ts";

/** Text is told at this size, or at the end of the macrotask. Larger ones gain nothing. */
export const chunkUnits = 32_768;

/**
 * Tells what an iterable gives, as text: what comes in one macrotask together. Its end is the end, its throw an error.
 * A viewer who has enough or leaves is not read for; who leaves has the iterator returned.
 */
export function tellIterable<T>(
  source: AsyncIterable<T>,
  encode: (item: T) => string,
  viewer: Viewer<string>,
  /** Told what the source throws on being let go. */
  onError: (error: unknown) => void,
): Watching {
  const iterator = source[Symbol.asyncIterator]();
  let pending = "";
  let armed = false;
  let over = false;
  let hungry = true;
  let wake: (() => void) | undefined;

  function flush(): void {
    if (pending === "" || over) return;
    const text = pending;
    pending = "";
    hungry = viewer.next(text);
  }

  /** One flush per macrotask. Finding nothing is fine: the size came first. */
  function arm(): void {
    if (armed) return;
    armed = true;
    macrotask(() => {
      armed = false;
      flush();
    });
  }

  async function demand(): Promise<void> {
    while (!hungry && !over) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  async function add(text: string): Promise<void> {
    if (pending.length > 0 && pending.length + text.length > chunkUnits) flush();
    pending += text;
    if (pending.length < chunkUnits) return arm();
    flush();
    // Time to give sockets, timers and other viewers their turn.
    await nextMacrotask();
  }

  async function pump(): Promise<void> {
    for (;;) {
      await demand();
      if (over) return;
      const next = await iterator.next();
      if (over) return;
      if (next.done) break;
      await add(encode(next.value));
    }
    flush();
    leave({ done: true });
    viewer.end();
  }

  /** Idempotent. A generator that is waiting for its own source returns only when that answers: nobody waits for it here. */
  function leave({ done = false } = {}): void {
    if (over) return;
    over = true;
    wake?.();
    if (done) return;
    new Promise((resolve) => resolve(iterator.return?.())).catch(onError);
  }

  pump().catch((error) => {
    // Let go, a source may well fail at what it was about to do.
    if (over) return;
    flush();
    leave();
    viewer.end(error);
  });
  return {
    resume() {
      hungry = true;
      wake?.();
    },
    leave,
  };
}
