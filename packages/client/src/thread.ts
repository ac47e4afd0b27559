import type {
  AgentTypes,
  ClientTools,
  On,
  PartOf,
  RunInfo,
  RunInput,
  ToolPartOf,
} from "@runwire/core";
import type { Approval, Json, MessageOf, RunState, Usage } from "@runwire/core/protocol";
import type { Connection } from "./follow.ts";

/** A run of a thread as the list of them tells it. */
export type ThreadRun = Omit<RunInfo, "principal">;

/** A thread as the server tells it: plain JSON, made to travel from a server that renders to a page. */
export interface ThreadSnapshot<A extends AgentTypes = AgentTypes> {
  readonly thread: string;
  readonly title?: string;
  /** The newest run. */
  readonly head?: string;
  /** All runs of all branches, oldest first. */
  readonly runs: readonly ThreadRun[];
  /** The runs of one branch, oldest first: of the newest one, unless another was asked for. */
  readonly chain: readonly RunState<PartOf<A>>[];
}

export type ThreadStatus =
  /** The conversation is being fetched. */
  | "loading"
  /** Nothing runs. */
  | "idle"
  /** A start is on its way. */
  | "submitting"
  | "running"
  /** The run waits for somebody: for an approval, or for a result that no viewer gives by itself. */
  | "waiting"
  /** The newest run failed, or the last action or the connection did: `error` says why. */
  | "error";

/** A call that a person must decide on. */
export interface PendingApproval<A extends AgentTypes = AgentTypes> {
  /** The call of the sub-agent that asks; absent: the agent itself does. */
  readonly scope?: string;
  readonly part: ToolPartOf<A> & { readonly approval: Approval };
}

/** A conversation as it is now. Immutable; what did not change is the same object as before. */
export interface ThreadState<A extends AgentTypes = AgentTypes> {
  /** Absent in a new conversation until the first `send`. */
  readonly thread: string | undefined;
  readonly status: ThreadStatus;
  readonly connection: Connection;
  /** Of the shown branch, oldest first, with the messages that are still on their way at the end. */
  readonly messages: readonly MessageOf<PartOf<A>>[];
  /** The runs of the shown branch, oldest first. A sub-agent's messages are in its run's `scopes`. */
  readonly runs: readonly RunState<PartOf<A>>[];
  /** The newest of them. */
  readonly run: RunState<PartOf<A>> | undefined;
  /** The approvals that nobody has answered. */
  readonly approvals: readonly PendingApproval<A>[];
  /** Of the shown branch. */
  readonly usage: Usage;
  /** For a shown run that has alternatives: they and itself, oldest first, for `show`. */
  readonly branches: { readonly [run: string]: readonly string[] };
  /** A `ClientError`, or the `RunFailedError` of the newest run. Gone with the next action. */
  readonly error: Error | undefined;
}

/**
 * A conversation to show: the observable that every user interface binds to.
 *
 * - It is connected while somebody subscribes: the first one opens the connection, the last one closes it. Making a
 *   thread does nothing, so it is safe where a server renders.
 * - One connection follows whatever runs in the thread, whoever started it: two tabs on one thread show the same.
 * - Listeners are called at most once per animation frame, and at once when a run ends and for one's own actions.
 * - The actions can be taken off the object. They resolve with whether the server accepted; a failure is in
 *   `state.error`, never a rejection.
 */
export interface Thread<A extends AgentTypes = AgentTypes> {
  readonly state: ThreadState<A>;
  /** The state it was made with: what a server rendered. */
  readonly initial: ThreadState<A>;
  /** Returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** A message of `state.messages`, without a search. */
  message(id: string): MessageOf<PartOf<A>> | undefined;
  /**
   * Says something. It is shown at once. While a run is open, the agent reads it before its next step; otherwise, and
   * also when the run ends in just that moment, it starts the next run.
   */
  send(input: RunInput): Promise<boolean>;
  /** Cancels the run that is open. False when none is. */
  stop(options?: { readonly reason?: string }): Promise<boolean>;
  /**
   * Asks again: a new branch from before the newest run, with the same input. Ends that run if it is open.
   * False while a start is on its way.
   */
  regenerate(): Promise<boolean>;
  /** Asks something else: a new branch from before the run that holds the message. Throws when there is none. */
  edit(message: string, input: RunInput): Promise<boolean>;
  /** Shows the newest branch with this run in it. */
  show(run: string): Promise<boolean>;
  /** Lets a call go ahead, by its approval's id. `input` runs instead of what the model proposed. */
  approve(
    id: string,
    options?: { readonly reason?: string; readonly input?: Json },
  ): Promise<boolean>;
  deny(id: string, options?: { readonly reason?: string }): Promise<boolean>;
  /** Gives the result of a client tool's call that has no handler under `tools`. */
  complete(call: string, output: Json): Promise<boolean>;
}

export interface ThreadOptions<A extends AgentTypes = AgentTypes> {
  readonly agent: A["name"];
  /** The conversation. Default: a new one, whose id is made with the first `send`. */
  readonly thread?: string | undefined;
  /** What `client.load` gave, so that nothing has to be fetched before the first look. */
  readonly initial?: ThreadSnapshot<A> | undefined;
  /**
   * The name of the model that answers, one of those that the server offers. Read anew for each run; without it the
   * agent's own answers, and a run that is asked again keeps the one it had.
   */
  readonly model?: string | undefined;
  /** The MCP servers that the agent may use, by name. Read anew for each run, as the model is. Default: all. */
  readonly mcpServers?: readonly string[] | undefined;
  /** Told of every event of the thread's runs while connected. Read anew for each. */
  readonly on?: On<A> | undefined;
  /** Runs the agent's client tools here. */
  readonly tools?: ClientTools<A> | undefined;
}
