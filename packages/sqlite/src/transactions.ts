import { RunwireError } from "@runwire/core";
import { query } from "./query.ts";
import { explain, isBusy, isFault } from "./sqlite-error.ts";
import type { Store } from "./store.ts";

/** An operation of a log as one synchronous piece, to be called in a transaction. */
export type Answer<Operation> = Operation extends (...args: infer Args) => Promise<infer Result>
  ? (...args: Args) => Result
  : never;

export interface Transactions {
  /**
   * Joins all writes of this turn of the event loop into one transaction, and answers when it is committed. When that
   * fails, all of them throw: nobody knows which happened. An operation that throws for a reason of its own throws
   * alone, and has written nothing.
   */
  write<T>(operation: () => T): Promise<T>;
  /** What the operation reads is of one moment. */
  read<T>(operation: () => T): Promise<T>;
  /** Takes no more, and resolves when what it took is settled. */
  close(): Promise<void>;
}

interface Write {
  readonly operation: () => unknown;
  readonly settled: PromiseWithResolvers<unknown>;
  /** `performance.now()` at which it gives up waiting for a lock. */
  readonly deadline: number;
}

/** A lock is asked for again after 0, 1, 2 … ms, at most so many. SQLite's own waiting would stop the whole process. */
const longestPauseMs = 4;

export function transactions(
  store: Store,
  { path, lockMs }: { readonly path: string; readonly lockMs: number },
): Transactions {
  const begin = query(store.db, "BEGIN");
  const end = query(store.db, "COMMIT");
  let waiting: Write[] = [];
  let armed = false;
  let pauseMs = 0;
  let closed = false;

  function checkOpen(): void {
    if (closed) throw new RunwireError("shut-down", { message: `The log ${path} is closed.` });
  }

  function arm(afterMs = 0): void {
    if (armed) return;
    armed = true;
    if (afterMs === 0) setImmediate(flush);
    else setTimeout(flush, afterMs);
  }

  function flush(): void {
    armed = false;
    let group = waiting;
    waiting = [];
    while (group.length > 0) {
      try {
        store.begin();
      } catch (error) {
        if (isBusy(error)) awaitLock(group, error);
        else fail(group, error);
        return;
      }
      pauseMs = 0;
      group = commit(group);
    }
  }

  /** Gives what is left to be done: nothing, or all but an operation that threw. */
  function commit(group: Write[]): Write[] {
    const answers: unknown[] = [];
    try {
      for (const { operation } of group) answers.push(operation());
      store.commit();
    } catch (error) {
      store.rollback();
      const culprit = group[answers.length];
      if (culprit === undefined || isFault(error)) {
        fail(group, error);
        return [];
      }
      // About what was asked there: the others have nothing to do with it, and are done again without it.
      fail([culprit], error);
      return group.filter((write) => write !== culprit);
    }
    for (const [i, { settled }] of group.entries()) settled.resolve(answers[i]);
    return [];
  }

  function awaitLock(group: Write[], error: unknown): void {
    const now = performance.now();
    fail(
      group.filter(({ deadline }) => deadline <= now),
      error,
    );
    waiting = [...group.filter(({ deadline }) => deadline > now), ...waiting];
    if (waiting.length > 0) arm(pauseMs);
    pauseMs = nextPause(pauseMs);
  }

  function fail(group: readonly Write[], error: unknown): void {
    for (const { settled } of group) settled.reject(explain(error, path));
  }

  return {
    async write<T>(operation: () => T): Promise<T> {
      checkOpen();
      const settled = Promise.withResolvers<unknown>();
      waiting.push({ operation, settled, deadline: performance.now() + lockMs });
      arm();
      return settled.promise as Promise<T>;
    },
    async read(operation) {
      const deadline = performance.now() + lockMs;
      for (let pauseMs = 0; ; pauseMs = nextPause(pauseMs)) {
        checkOpen();
        try {
          begin.run();
          const answer = operation();
          end.run();
          return answer;
        } catch (error) {
          store.rollback();
          if (!isBusy(error) || performance.now() >= deadline) throw explain(error, path);
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(waiting.map(({ settled }) => settled.promise));
    },
  };
}

function nextPause(ms: number): number {
  return Math.min(Math.max(1, 2 * ms), longestPauseMs);
}
