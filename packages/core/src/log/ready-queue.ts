import { fairnessMs } from "./event-log.ts";
import { heap } from "./heap.ts";
import { dueAt, type MemoryRun } from "./memory-run.ts";

/** Which open runs can be claimed, in which order. */
export interface ReadyQueue {
  /** To be told whenever the lease, the readiness or the status of a run changed. */
  update(run: MemoryRun, now: number): void;
  /** At most `max` runs that can be claimed now and are accepted, by fair score. */
  pick(now: number, max: number, accepts: (run: MemoryRun) => boolean): readonly MemoryRun[];
}

/**
 * Two heaps: what is due later (wake-up times, ends of leases) by time, what is ready by score. Entries are not
 * removed when their run changes; a run knows which of its entries counts, and the others are dropped when they
 * surface.
 */
export function readyQueue(): ReadyQueue {
  const later = heap<{ at: number; run: MemoryRun }>((a, b) => a.at < b.at);
  const ready = heap<{ score: number; order: number; run: MemoryRun }>(
    (a, b) => a.score < b.score || (a.score === b.score && a.order < b.order),
  );
  let order = 0;

  /** A run that becomes ready goes behind the others of its thread by a quantum each. */
  function enqueue(run: MemoryRun, at: number): void {
    const score = Math.max(at, run.thread.score + fairnessMs);
    run.score = run.thread.score = score;
    ready.push({ score, order: order++, run });
  }

  function schedule(run: MemoryRun, now: number): void {
    const at = dueAt(run);
    if (at <= now) enqueue(run, at);
    // An entry that surfaces too early (a lease was renewed) comes back here: one per run is enough.
    else if (at < Number.POSITIVE_INFINITY && (run.timer === undefined || at < run.timer)) {
      run.timer = at;
      later.push({ at, run });
    }
  }

  function wake(now: number): void {
    for (let next = later.peek(); next !== undefined && next.at <= now; next = later.peek()) {
      const { run, at } = next;
      later.pop();
      if (run.timer !== at) continue;
      run.timer = undefined;
      if (run.score === undefined) schedule(run, now);
    }
  }

  return {
    update(run, now) {
      wake(now);
      run.score = undefined;
      schedule(run, now);
    },
    pick(now, max, accepts) {
      wake(now);
      const picked: MemoryRun[] = [];
      const passed = [];
      while (picked.length < max) {
        const entry = ready.pop();
        if (entry === undefined) break;
        if (entry.run.score !== entry.score || dueAt(entry.run) === Number.POSITIVE_INFINITY)
          continue;
        if (dueAt(entry.run) <= now && accepts(entry.run)) picked.push(entry.run);
        else passed.push(entry);
      }
      for (const entry of passed) ready.push(entry);
      return picked;
    },
  };
}
