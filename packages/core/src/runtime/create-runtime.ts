import type { AgentDefinition } from "../definition.ts";
import type { EventLog, Lease } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { foldChain, foldRun } from "../log/read-run.ts";
import { createLeases } from "../loop/leases.ts";
import { persist } from "../loop/persist.ts";
import { createRegistry } from "../loop/registry.ts";
import { startWorker } from "../loop/worker.ts";
import type { Model } from "../model.ts";
import type { RuntimeCore, StartRequest, StartResult } from "../runtime-contract.ts";
import { RunwireError } from "../runwire-error.ts";
import { sleep } from "../signal.ts";
import { enforceCancel } from "./enforce-cancel.ts";
import { createFeeds } from "./feeds.ts";
import { recover } from "./recoverer.ts";
import { runModels } from "./run-models.ts";
import { createRun, newRunId, threadIdFor } from "./start-run.ts";
import { storeClock } from "./store-clock.ts";
import { tailRun, tailThread } from "./tail.ts";

export interface RuntimeOptions<A extends readonly AgentDefinition[] = readonly AgentDefinition[]> {
  readonly agents: A;
  /** Where runs live. Default: this process's memory. */
  readonly log?: EventLog;
  /** For agents that have no model of their own. */
  readonly model?: Model;
  /** Whether this process takes up runs that nobody works on. Default true; false: it only starts and follows runs. */
  readonly recover?: boolean;
  /** Runs that this process works on at once; more are queued. Default 256. */
  readonly concurrency?: number;
  /** How long a run stays with a process that went silent, in ms. Default 15 000. */
  readonly leaseMs?: number;
  /** Faults that are no failure of a run: a log that cannot be reached, a bug. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** How often a command is repeated when the log does not answer. */
const maxRepeats = 5;
/** After the deadline of `close` a run is handed over, which takes as long as the log does. */
const handOverMs = 2_000;

/** Agents, a log, and the loop that runs them: what {@link RuntimeCore} promises, in this process. */
export function createRuntimeCore(options: RuntimeOptions): RuntimeCore {
  const { log = memoryLog(), concurrency = 256, leaseMs = 15_000 } = options;
  const onError = quietly(options.onError ?? ((error: unknown) => console.error(error)));
  const registry = createRegistry(options.agents);
  const agents = new Map(options.agents.map((agent) => [agent.name, agent]));
  const worker = crypto.randomUUID();
  const over = new AbortController();
  const leases = createLeases(log, leaseMs, onError);
  const feeds = createFeeds(log);
  const clock = storeClock();
  const models = runModels(log, (name) => registry.agent(name)?.model ?? options.model);
  const claim = { worker, leaseMs, agents: [...registry.agents.keys()] };

  const take = (lease: Lease, askedAt: number): void => {
    clock.set(lease.now);
    const taken = leases.take(lease, askedAt, (held) =>
      startWorker(lease, {
        log,
        registry,
        now: clock.now,
        held,
        onError,
        model: (name) => models.get(lease.run, name),
      }),
    );
    // Closed while the lease was on its way.
    if (over.signal.aborted) taken.handOver();
    void taken.done.then(() => {
      if (!leases.has(lease.run)) void models.forget(lease.run);
    });
  };

  let recovering: Promise<void> = Promise.resolve();
  if (options.recover ?? true) {
    const free = (): number => Math.max(0, concurrency - leases.size);
    const freed = (): Promise<void> => leases.freed();
    recovering = recover({ log, claim, free, freed, take, onError, signal: over.signal });
  }

  const start = async (request: StartRequest): Promise<StartResult> => {
    const agent = registry.agent(request.agent);
    if (over.signal.aborted)
      throw new RunwireError("shut-down", { message: "The runtime is closed." });
    if (agent === undefined) {
      const known = [...agents.keys()].join(", ");
      throw new RunwireError("unknown-agent", {
        message: `There is no agent named "${request.agent}". Known agents: ${known}.`,
      });
    }
    const run = request.run ?? newRunId();
    const thread = request.thread ?? threadIdFor(run);
    const withdraw = models.set(run, request.model);
    const owner = leases.size < concurrency ? { worker, leaseMs } : undefined;
    const askedAt = performance.now();
    const result = await createRun(log, agent, { ...request, run, thread }, clock.now(), owner);
    switch (result.status) {
      case "ok":
      case "exists":
        if (result.lease !== undefined) take(result.lease, askedAt);
        else void models.forget(run);
        return { status: "ok", run, thread, existing: result.status === "exists" };
      case "moved":
        withdraw();
        return { status: "busy", run: result.head ?? run };
      default:
        withdraw();
        return result;
    }
  };

  /** What must be over before the runtime can be closed, since it may still bring leases. */
  const pending = new Set<Promise<unknown>>();
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    pending.add(work);
    const forget = (): void => void pending.delete(work);
    work.then(forget, forget);
    return work;
  };

  const enforce = (run: string): void =>
    void tracked(enforceCancel(run, { log, claim, take, onError, signal: over.signal }));

  return {
    agents,
    log,
    start: (request) => tracked(start(request)),
    watch: feeds.watch,
    watchThread: feeds.watchThread,
    tail: (run, tailOptions) => tailRun(feeds, run, tailOptions),
    tailThread: (thread, tailOptions) => tailThread(feeds, thread, tailOptions),
    async send(run, command) {
      const result = await persist(
        () => log.send(run, command),
        (_, attempt) => attempt < maxRepeats,
      );
      if (command.type === "cancel" && result.status === "ok") enforce(run);
      return result;
    },
    state: async (run) => (await foldRun(log, run))?.state,
    chain: (run) => foldChain(log, run),
    async close({ deadlineMs = 5_000 } = {}) {
      over.abort();
      await within(handOverMs, Promise.allSettled([recovering, ...pending]));
      const all = Promise.all(leases.workers().map(({ done }) => done));
      await within(deadlineMs, all);
      for (const open of leases.workers()) open.handOver();
      await within(handOverMs, all);
      // Somebody's own code holds them up: what they still write is fenced, and their leases run out.
      for (const stuck of leases.workers()) stuck.lose();
      leases.close();
      feeds.close();
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
