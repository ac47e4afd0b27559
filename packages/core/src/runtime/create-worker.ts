import type { AgentDefinition } from "../definition.ts";
import type { WorkerOptions } from "./work-options.ts";
import { createWorkshop } from "./workshop.ts";

/** A process, or a part of one, that works on runs and does nothing else. */
export interface AgentWorker {
  /** Runs under way here. */
  readonly running: number;
  /**
   * Takes no more runs, lets those under way end, and at the deadline hands over the others: another worker goes on
   * with them at once, or the next one that starts. Resolves when this process may exit. Default deadline 5 s.
   */
  close(options?: { readonly deadlineMs?: number }): Promise<void>;
}

/**
 * Works on runs that other processes start: theirs have `recover: false`, so that the tier that answers requests and
 * the tier that works scale apart. Any number of workers share a log. Each takes as many runs as it has room for,
 * oldest first and fair between threads; the rest waits in the log. A worker holds its process until it is closed.
 *
 * @example
 * const worker = createWorker({ agents: [assistant], log, concurrency: 32 });
 * process.once("SIGTERM", () => worker.close({ deadlineMs: 20_000 }));
 */
export function createWorker(options: WorkerOptions<readonly AgentDefinition[]>): AgentWorker {
  const { concurrency = 1 } = options;
  if (!(concurrency >= 1)) {
    throw new TypeError(`A worker's concurrency is at least 1, not ${concurrency}.`);
  }
  const shop = createWorkshop(options.log, options);
  shop.recover();
  // Nothing that waits for runs holds a process, since a script ends when its own are over. A worker's purpose is to wait.
  const alive = setInterval(() => {}, 2_147_483_647);
  return {
    get running() {
      return shop.size;
    },
    async close({ deadlineMs = 5_000 } = {}) {
      await shop.close(deadlineMs);
      clearInterval(alive);
    },
  };
}
