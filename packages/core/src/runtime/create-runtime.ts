import type { AgentDefinition } from "../definition.ts";
import type { EventLog, Lease } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { foldChain, foldRun } from "../log/read-run.ts";
import { createLeases } from "../loop/leases.ts";
import { createRegistry } from "../loop/registry.ts";
import { startWorker } from "../loop/worker.ts";
import type { Model } from "../model.ts";
import type { RuntimeCore, StartRequest, StartResult } from "../runtime-contract.ts";
import { RunwireError } from "../runwire-error.ts";
import { sleep } from "../signal.ts";
import { createFeeds } from "./feeds.ts";
import { recover } from "./recoverer.ts";
import { createRun, newRunId, newThreadId } from "./start-run.ts";
import { tailRun } from "./tail.ts";
import { tailThread } from "./tail-thread.ts";

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

/** A cancel that its owner has not obeyed after this long is carried out by whoever sent it. */
const cancelPatienceMs = 2_000;

/** Agents, a log, and the loop that runs them: what {@link RuntimeCore} promises, in this process. */
export function createRuntimeCore(options: RuntimeOptions): RuntimeCore {
  const { log = memoryLog(), concurrency = 256, leaseMs = 15_000 } = options;
  const onError = options.onError ?? ((error: unknown) => console.error(error));
  const registry = createRegistry(options.agents);
  const agents = new Map(options.agents.map((agent) => [agent.name, agent]));
  const worker = crypto.randomUUID();
  const over = new AbortController();
  const leases = createLeases(log, leaseMs, onError);
  const feeds = createFeeds(log);
  const overrides = new Map<string, Model>();
  let storeOffset = 0;
  const now = (): number => Date.now() + storeOffset;

  const take = (lease: Lease, askedAt: number): void => {
    storeOffset = lease.now - Date.now();
    const taken = leases.take(lease, askedAt, (held) =>
      startWorker(lease, {
        log,
        registry,
        now,
        held,
        onError,
        model: (name) => modelOf(lease.run, name),
      }),
    );
    void taken.done.then(() => {
      if (!leases.has(lease.run)) void forget(lease.run);
    });
  };

  /** A run's own model lives as long as the run may come back to this process. */
  const forget = async (run: string): Promise<void> => {
    if (!overrides.has(run)) return;
    const info = await log.find(run).catch(() => undefined);
    if (info === undefined || info.status === "ended") overrides.delete(run);
  };

  const modelOf = (run: string, name: string): Model => {
    const agent = registry.agent(name);
    const model = overrides.get(run) ?? agent?.model ?? options.model;
    if (model !== undefined) return model;
    throw new RunwireError("no-model", {
      message: `Agent "${name}" has no model. Give it one (\`agent({ model })\`), or the run or the runtime.`,
    });
  };

  const claim = { worker, leaseMs, agents: [...registry.agents.keys()] };
  let recovering: Promise<void> = Promise.resolve();
  if (options.recover ?? true) {
    const free = (): number => Math.max(0, concurrency - leases.size);
    const freed = (): Promise<void> => leases.freed();
    recovering = recover({ log, claim, free, freed, take, onError, signal: over.signal });
  }

  /** An owner that is alive logs a cancel at once. One that does not is bypassed: the lease is stolen to end the run. */
  const enforceCancel = async (run: string): Promise<void> => {
    await sleep(cancelPatienceMs, over.signal, { unref: true });
    if (over.signal.aborted || leases.has(run)) return;
    try {
      const info = await log.find(run);
      if (info === undefined || info.status === "ended") return;
      const askedAt = performance.now();
      for (const lease of await log.claim({ ...claim, max: 1, run, steal: true }))
        take(lease, askedAt);
    } catch (error) {
      onError(error);
    }
  };

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
    const thread = request.thread ?? newThreadId();
    if (request.model !== undefined) overrides.set(run, request.model);
    const owner = leases.size < concurrency ? { worker, leaseMs } : undefined;
    const askedAt = performance.now();
    const result = await createRun(log, agent, { ...request, run, thread }, now(), owner);
    switch (result.status) {
      case "ok":
      case "exists":
        if (result.lease !== undefined) take(result.lease, askedAt);
        return { status: "ok", run, thread, existing: result.status === "exists" };
      case "moved":
        return { status: "busy", run: result.head ?? run };
      default:
        overrides.delete(run);
        return result;
    }
  };

  return {
    agents,
    log,
    start,
    tail: (run, tailOptions) => tailRun(log, feeds, run, tailOptions),
    tailThread: (thread, tailOptions) => tailThread(log, feeds, thread, tailOptions),
    async send(run, command) {
      const result = await log.send(run, command);
      if (command.type === "cancel" && result.status === "ok") void enforceCancel(run);
      return result;
    },
    state: async (run) => (await foldRun(log, run))?.state,
    chain: (run) => foldChain(log, run),
    async close({ deadlineMs = 5_000 } = {}) {
      over.abort();
      await recovering;
      const workers = leases.workers();
      const all = Promise.all(workers.map(({ done }) => done));
      const late = new AbortController();
      await Promise.race([all, sleep(deadlineMs, late.signal)]);
      late.abort();
      for (const open of leases.workers()) open.handOver();
      await all;
      leases.close();
      feeds.close();
    },
  };
}
