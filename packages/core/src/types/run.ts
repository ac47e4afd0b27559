import type { EventLog } from "../log/event-log.ts";
import type { Json } from "../protocol/json.ts";
import type { RunState } from "../protocol/state.ts";
import type { RunInput, StartRequest } from "../runtime-contract.ts";
import type { AgentTypes, ToolNamed, ToolNames } from "./agent-types.ts";
import type { ClientToolNames, ClientTools } from "./client-tools.ts";
import type { On } from "./on.ts";
import type { Output } from "./output.ts";
import type { TypedEvent } from "./typed-events.ts";
import type { PartOf } from "./typed-parts.ts";

/**
 * One run as somebody follows it: in the process that runs it, or from anywhere else. Never thenable: `await` it by
 * its `result`.
 *
 * Iterating tells the events from the run's start, each time anew, and ends after the terminal event; leaving the loop
 * stops nothing. The methods send a command: their promise resolves when the run's log has accepted it, and rejects
 * when the run has ended or will never take it. What comes of it is an event.
 */
export interface Run<A extends AgentTypes = AgentTypes> extends AsyncIterable<TypedEvent<A>> {
  readonly id: string;
  /** Known at once, except in a run that is followed by its id alone: there, from the first event on. */
  readonly thread: string | undefined;
  /** The fold of what has arrived so far; `undefined` before the first event. */
  readonly state: RunState<PartOf<A>> | undefined;
  /**
   * What the run comes to. Rejects with `RunFailedError` when it fails or is cancelled. Made when it is first read, so
   * that who only iterates meets no unhandled rejection.
   */
  readonly result: Promise<Output<A>>;
  /** The events as they arrive together: cheaper than one by one. */
  batches(): AsyncIterable<readonly TypedEvent<A>[]>;
  /** Says something to the running agent: it reads it before its next step. */
  send(content: RunInput): Promise<void>;
  /** Lets a call go ahead, by its approval's id. `input` runs instead of what the model proposed. */
  approve(
    id: string,
    options?: { readonly reason?: string; readonly input?: CallInput<A> },
  ): Promise<void>;
  /** Refuses a call, by its approval's id; the model reads the reason. */
  deny(id: string, options?: { readonly reason?: string }): Promise<void>;
  /** Gives the result of a client tool's call. */
  complete(call: string, output: ClientOutput<A>): Promise<void>;
  /** Ends the run. */
  cancel(options?: { readonly reason?: string }): Promise<void>;
}

/** A run that was started here. */
export interface StartedRun<A extends AgentTypes = AgentTypes> extends Run<A> {
  readonly thread: string;
}

/** What some tool of the agent's accepts. */
type CallInput<A extends AgentTypes> = [ToolNames<A>] extends [never]
  ? Json
  : ToolNamed<A, ToolNames<A>>["input"];

/** What a viewer may send for a call of the agent's. */
type ClientOutput<A extends AgentTypes> = [ClientToolNames<A>] extends [never]
  ? Json
  : ToolNamed<A, ClientToolNames<A>>["output"];

/** How to follow a run. */
export interface WatchOptions<A extends AgentTypes = AgentTypes> {
  readonly on?: On<A>;
  /** Runs the agent's client tools here. A call without a handler waits for another viewer, or for `run.complete`. */
  readonly tools?: ClientTools<A>;
  /** Ends the watching: `result` rejects with the signal's reason, iteration stops, the run goes on. */
  readonly signal?: AbortSignal;
}

interface StartOptions<A extends AgentTypes = AgentTypes>
  extends WatchOptions<A>,
    Pick<
      StartRequest,
      | "run"
      | "thread"
      | "previous"
      | "busy"
      | "message"
      | "history"
      | "state"
      | "metadata"
      | "mcpServers"
    > {}

/** How to start a run. */
export interface RunOptions<A extends AgentTypes = AgentTypes> extends StartOptions<A> {
  /**
   * The name of the model that answers, instead of the agents' own: one of the runtime's `models`. A server takes those
   * that it offers (`clientModels`).
   */
  readonly model?: string;
}

/** How to run an agent in this process, with no runtime around it. */
export interface AgentRunOptions<A extends AgentTypes = AgentTypes>
  extends StartOptions<A>,
    Pick<StartRequest, "model" | "limits"> {
  /** Where the run is kept. Default: memory, as long as the run is referred to. */
  readonly log?: EventLog;
  /** Cancels the run: who calls `agent.run` owns it. */
  readonly signal?: AbortSignal;
}
