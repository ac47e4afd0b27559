import type { RunError } from "./errors.ts";
import type { Wait } from "./events.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Limits } from "./limits.ts";
import type { Message, MessageOf, Part } from "./message.ts";
import type { FinishReason, Usage } from "./usage.ts";

export interface OpenStep {
  readonly step: number;
  /** The id of the message that the step writes. */
  readonly message: string;
}

/** One agent at work: the root of the run, or a sub-agent. */
export interface ScopeState<P extends Part = Part> {
  /** The agent that goes on: changes with a hand-off. */
  readonly agent: string;
  /** The agent of the newest step: it holds the tools that the step called. */
  readonly stepAgent?: string;
  /** The model of the newest step. */
  readonly stepModel?: string;
  readonly messages: readonly MessageOf<P>[];
  /** Present while a model call is open. */
  readonly step?: OpenStep;
  /** Number of the newest committed step; its calls decide how the scope goes on. */
  readonly lastStep?: number;
  /** Failed attempts (`step.reverted`, reason `retry`) since the last committed step or fallback. */
  readonly attempts: number;
  /** The models that the agent fell back from, in order: it does not ask them again. Gone with a hand-off. */
  readonly failedModels?: readonly string[];
  readonly retryAt?: number;
  /** Of the newest committed step; absent while one is open, reverted or none was made. */
  readonly finishReason?: FinishReason;
  /** Why the newest committed step ended with `error`. */
  readonly error?: RunError;
  /** Rejected structured outputs so far, and why the newest was. */
  readonly repairs: number;
  readonly rejected?: RunError;
}

/** A sub-agent's scope; `parent` is the scope that made the call, absent when that is the root. */
export interface SubScope<P extends Part = Part> extends ScopeState<P> {
  readonly parent?: string;
}

export type RunStatus = "running" | "waiting" | "completed" | "failed" | "cancelled";

/** The fold of a run's log up to `seq`: everything a viewer shows and everything the loop decides on. */
export interface RunState<P extends Part = Part> extends ScopeState<P> {
  readonly protocol: 1;
  readonly seq: number;
  /** Of the newest `run.resumed`; 0 before. */
  readonly epoch: number;
  readonly run: string;
  readonly thread: string;
  readonly previous?: string;
  /** The name of the model that the run was started with, if it was. */
  readonly model?: string;
  readonly status: RunStatus;
  /** The newest step number given, attempts included. */
  readonly stepNumber: number;
  /** Committed steps of all scopes. */
  readonly steps: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Store time at which the run began to wait, while it waits; and ms spent waiting before that, or before its first step. */
  readonly waitingSince?: number;
  readonly waitedMs: number;
  readonly waiting: readonly Wait[];
  /** Recoveries since the run last made progress (a committed step or a settled call). */
  readonly recoveries: number;
  /** Present once a cancel arrived. */
  readonly cancel?: { readonly by?: string; readonly reason?: string };
  /** The shared state that tools patch. */
  readonly state: Json;
  /** Sum over all scopes, reverted steps included. */
  readonly usage: Usage;
  /**
   * The same by the id of the model that was asked, once a step was. Where one model knows its price and another does
   * not, the sum's `cost` is of the first alone: here it shows.
   */
  readonly usageByModel?: { readonly [model: string]: Usage };
  readonly output?: Json;
  /** Why the run failed. */
  readonly failure?: RunError;
  /** Sub-agents by the id of the call that each answers; flat, nested by `parent`. */
  readonly scopes: { readonly [call: string]: SubScope<P> };
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly limits?: Limits;
  /** The MCP servers that the run may use. Absent: all that its agents have. */
  readonly mcpServers?: readonly string[];
  readonly metadata?: JsonObject;
}

/** The folded state as a viewer's first frame (or whenever its cursor is of no use). Never logged, always wins. */
export interface SnapshotFrame {
  readonly type: "snapshot";
  readonly seq: number;
  readonly protocol: 1;
  readonly state: RunState;
}

/** The history a model sees: earlier runs along `previous`, then this one. */
export type History = readonly Message[];
