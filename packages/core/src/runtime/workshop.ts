import type { ClaimRequest, EventLog, Lease, NewRun } from "../log/event-log.ts";
import { openToolsets } from "../loop/agent-tools.ts";
import { createLeases } from "../loop/leases.ts";
import { createRegistry, type Registry } from "../loop/registry.ts";
import { startWorker } from "../loop/worker.ts";
import { RunwireError } from "../runwire-error.ts";
import { sleep } from "../signal.ts";
import { enforceCancel } from "./enforce-cancel.ts";
import { recover } from "./recoverer.ts";
import { checkRetention, retain } from "./retention.ts";
import { type RunModels, runModels } from "./run-models.ts";
import { storeClock } from "./store-clock.ts";
import type { WorkOptions } from "./work-options.ts";

/** After the deadline of `close` a run is handed over, which takes as long as the log does. */
const handOverMs = 2_000;

/** Where the runs that a process has leased are worked on. */
export interface Workshop {
  readonly registry: Registry;
  readonly models: RunModels;
  /** Store time in ms. */
  readonly now: () => number;
  /** Runs under way. */
  readonly size: number;
  readonly closed: boolean;
  /** Faults go here. It never throws. */
  readonly onError: (error: unknown) => void;
  /** Who takes the lease of a run that begins here; `undefined`: there is no room, it goes into the queue. */
  owner(): NewRun["owner"];
  /** Works on a leased run. `askedAt`: `performance.now()` before the call that gave the lease. */
  take(lease: Lease, askedAt: number): void;
  /**
   * From now on takes up whatever nobody works on, as long as there is room.
   *
   * @throws RunwireError `unknown-model` when an agent names a model that is not known here.
   */
  recover(): void;
  /** Sees to it that a cancel is carried out, also when the run's owner does not obey. */
  enforceCancel(run: string): void;
  /** Closing waits for work that may still bring leases. */
  tracked<T>(work: Promise<T>): Promise<T>;
  /** Takes no more runs, waits for those under way, and hands over what still runs at the deadline. */
  close(deadlineMs: number): Promise<void>;
}

export function createWorkshop(log: EventLog, options: WorkOptions): Workshop {
  const { concurrency = 256, leaseMs = 15_000, retention } = options;
  const onError = quietly(options.onError ?? ((error: unknown) => console.error(error)));
  const registry = createRegistry(options.agents);
  const toolsets = openToolsets();
  const worker = crypto.randomUUID();
  const over = new AbortController();
  const leases = createLeases(log, leaseMs, onError);
  const clock = storeClock();
  const models = runModels({
    log,
    agent: registry.agent,
    models: options.models,
    model: options.model,
  });
  const claim: Pick<ClaimRequest, "worker" | "leaseMs" | "agents"> = {
    worker,
    leaseMs,
    agents: [...registry.agents.keys()],
  };
  /** What must be over before the process can let go, since it may still bring leases. */
  const pending = new Set<Promise<unknown>>();

  const tracked = <T>(work: Promise<T>): Promise<T> => {
    pending.add(work);
    const forget = (): void => void pending.delete(work);
    work.then(forget, forget);
    return work;
  };

  const take = (lease: Lease, askedAt: number): void => {
    clock.set(lease.now);
    const taken = leases.take(lease, askedAt, (held) =>
      startWorker(lease, {
        log,
        registry,
        toolsets,
        now: clock.now,
        held,
        onError,
        models: models.choose,
      }),
    );
    // Closed while the lease was on its way.
    if (over.signal.aborted) taken.handOver();
    void taken.done.then(() => {
      if (!leases.has(lease.run)) void models.forget(lease.run);
    });
  };

  if (retention !== undefined) {
    void tracked(
      retain({ log, retention: checkRetention(retention), onError, signal: over.signal }),
    );
  }

  return {
    registry,
    models,
    now: clock.now,
    onError,
    get size() {
      return leases.size;
    },
    get closed() {
      return over.signal.aborted;
    },
    owner: () => (leases.size < concurrency ? { worker, leaseMs } : undefined),
    take,
    recover() {
      models.check(options.model);
      for (const { model } of registry.agents.values()) {
        if (typeof model !== "function") models.check(model);
      }
      const free = (): number => Math.max(0, concurrency - leases.size);
      const freed = (): Promise<void> => leases.freed();
      void tracked(recover({ log, claim, free, freed, take, onError, signal: over.signal }));
    },
    enforceCancel(run) {
      void tracked(enforceCancel(run, { log, claim, take, onError, signal: over.signal }));
    },
    tracked,
    async close(deadlineMs) {
      over.abort();
      await within(handOverMs, Promise.allSettled(pending));
      const all = Promise.all(leases.workers().map(({ done }) => done));
      await within(deadlineMs, all);
      for (const open of leases.workers()) open.handOver();
      await within(handOverMs, all);
      // Somebody's own code holds them up: what they still write is fenced, and their leases run out.
      for (const stuck of leases.workers()) {
        const message = `Run ${stuck.run} does not stop: its lease will run out.`;
        onError(new RunwireError("shut-down", { message }));
        stuck.lose();
      }
      leases.close();
      await within(handOverMs, toolsets.close());
    },
  };
}

/** Resolves with the work or after `ms`, whichever is first; leaves no timer behind. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController();
  await Promise.race([work, sleep(ms, enough.signal)]);
  enough.abort();
}

/** What reports errors must not make new ones. */
function quietly(report: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    try {
      report(error);
    } catch {}
  };
}
