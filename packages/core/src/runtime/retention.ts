import type { EventLog } from "../log/event-log.ts";
import { sleep } from "../signal.ts";
import { rewrite } from "./rewrite.ts";

/** What becomes of runs that are over. Ages are measured by the log's time, in ms. */
export interface Retention {
  /**
   * An ended run is rewritten into fewer events with the same state: its deltas are joined. Who follows it meanwhile goes
   * on from a snapshot. Default: never.
   */
  readonly compactAfterMs?: number;
  /**
   * A thread in which nothing has happened for so long, and no run of which is open, is deleted with all its runs.
   * Default: never.
   */
  readonly deleteAfterMs?: number;
}

export interface RetentionOptions {
  readonly log: EventLog;
  readonly retention: Retention;
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** The time between two sweeps, more or less: processes that begin together part. */
const sweepMs = 60_000;
/** Runs that a sweep chooses from, and threads of one page. */
const choice = 50;
/** So many times as long as a piece of work took a sweep does nothing: it never takes more than a fifth of a process. */
const rest = 4;

/**
 * Sweeps until the signal fires. Any number of processes may, at the same time: each step is atomic, harmless when it is
 * repeated, and asks the log itself whether the time has come. Never rejects.
 */
export async function retain({ log, retention, onError, signal }: RetentionOptions): Promise<void> {
  const { compactAfterMs, deleteAfterMs } = retention;
  let compacts = compactAfterMs !== undefined;

  /** Does a piece of work, and rests. */
  const piece = async <T>(work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const done = await work();
    await sleep(rest * (performance.now() - begun), signal, { unref: true });
    return done;
  };

  /** One by one, each chosen anew: processes that sweep at once seldom choose the same. */
  const compactOld = async (ageMs: number): Promise<void> => {
    while (!signal.aborted && compacts) {
      const old = await log.uncompacted({ ageMs, limit: choice });
      const run = old[Math.floor(Math.random() * old.length)];
      if (run === undefined) return;
      const rewritten = await piece(() => rewrite(log, run));
      if (rewritten !== "other") continue;
      // Never to be seen; but what is rewritten wrongly is lost.
      compacts = false;
      onError(
        new Error(`Run ${run} cannot be compacted: it would say something else. No run is, here.`),
      );
    }
  };

  const deleteOld = async (idleMs: number): Promise<void> => {
    for (let before = Date.now() - idleMs; ; ) {
      const threads = await log.threads.list({ before, limit: choice });
      for (const { thread, updatedAt } of threads) {
        if (signal.aborted) return;
        await piece(() => log.delete({ thread, idleMs }));
        before = updatedAt;
      }
      if (threads.length < choice) return;
    }
  };

  while (!signal.aborted) {
    await sleep(sweepMs * (0.5 + Math.random()), signal, { unref: true });
    try {
      if (deleteAfterMs !== undefined) await deleteOld(deleteAfterMs);
      if (compactAfterMs !== undefined) await compactOld(compactAfterMs);
    } catch (error) {
      // The log is down: the next sweep finds the same.
      onError(error);
    }
  }
}

/** @throws TypeError for an age that is none. */
export function checkRetention(retention: Retention): Retention {
  for (const name of ["compactAfterMs", "deleteAfterMs"] as const) {
    const ms = retention[name];
    if (ms !== undefined && !(ms >= 0 && Number.isFinite(ms))) {
      throw new TypeError(`retention.${name} is an age in ms, not ${ms}.`);
    }
  }
  return retention;
}
