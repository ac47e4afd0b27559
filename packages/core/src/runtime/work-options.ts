import type { AgentDefinition } from "../definition.ts";
import type { EventLog } from "../log/event-log.ts";
import type { ModelChoice } from "../model-choice.ts";
import type { Models } from "../models.ts";
import type { Retention } from "./retention.ts";

/** What a process that may work on runs is told, be it a runtime or a worker. */
export interface WorkOptions<A extends readonly AgentDefinition[] = readonly AgentDefinition[]> {
  readonly agents: A;
  /** Where runs live. Default: this process's memory. */
  readonly log?: EventLog;
  /** For agents that have no model of their own. */
  readonly model?: ModelChoice;
  /** What agents and starts mean by the names of models: `createModels({ … })`. Processes of one log need the same. */
  readonly models?: Models;
  /** Runs that this process works on at once; more are queued, until any process has room. Default 256. */
  readonly concurrency?: number;
  /** What becomes of runs that are over: any process may see to it. Default: they stay as they are. */
  readonly retention?: Retention;
  /** How long a run stays with a process that went silent, in ms. Default 15 000. */
  readonly leaseMs?: number;
  /** Faults that are no failure of a run: a log that cannot be reached, a bug. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

export interface RuntimeOptions<A extends readonly AgentDefinition[] = readonly AgentDefinition[]>
  extends WorkOptions<A> {
  /**
   * Whether this process works on runs: on those that are started here and on whatever nobody works on. `false`: it
   * only starts, follows and answers them, and none of its agents' code runs here. What it starts is queued for the
   * processes that work (`createWorker`); without one it waits. Default true.
   */
  readonly recover?: boolean;
}

export interface WorkerOptions<A extends readonly AgentDefinition[] = readonly AgentDefinition[]>
  extends WorkOptions<A> {
  /** Where runs live: the log of the processes that start them. */
  readonly log: EventLog;
}
