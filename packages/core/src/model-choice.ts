import type { InstructionContext } from "./definition.ts";
import type { Model } from "./model.ts";
import type { JsonObject } from "./protocol/json.ts";
import type { Message } from "./protocol/message.ts";
import type { Usage } from "./protocol/usage.ts";

/** A model, or the name under which the runtime's `models` hold one. */
export type ModelRef = Model | string;

/**
 * What is asked: one model, or several in order. The next one takes over when one is down, overloaded, over its quota,
 * or refuses the key: after the agent's retries, or at once where waiting is of no use. What is wrong with the request
 * itself (`ModelError.unavailable` is false) is not tried on another one.
 *
 * A model that was given up is not asked again in this run (a sub-agent is a run of its own in this), also by a process
 * that takes the run up: the log tells (`step.reverted`, reason `fallback`). Of models with one id the first counts
 * as the one that failed.
 */
export type ModelChoice = ModelRef | readonly ModelRef[];

/**
 * A choice made anew for each attempt at a step. It may be made twice for the same step, in two processes: the log says
 * which model was asked (`step.started`). What it throws ends the run, like what instructions throw.
 */
export type ModelRule = ModelChoice | ((ctx: ModelContext) => ModelChoice | Promise<ModelChoice>);

/** What a {@link ModelRule} can decide by: the run as it stands before the step. */
export interface ModelContext extends InstructionContext {
  readonly agent: string;
  /** The history that the model will be told, oldest first. */
  readonly messages: readonly Message[];
  /** Steps of the whole run that were committed: 0 before its first. */
  readonly steps: number;
  /** What the whole run has used so far. */
  readonly usage: Usage;
  readonly metadata?: JsonObject;
}
