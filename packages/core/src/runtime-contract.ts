import type { AgentDefinition } from "./definition.ts";
import type { EventLog, SendResult } from "./log/event-log.ts";
import type { Segment } from "./log/segment.ts";
import type { ModelChoice } from "./model-choice.ts";
import type { Command } from "./protocol/command.ts";
import type { Cursor } from "./protocol/cursor.ts";
import type { Json, JsonObject } from "./protocol/json.ts";
import type { Limits } from "./protocol/limits.ts";
import type { Content, Message } from "./protocol/message.ts";
import type { RunState } from "./protocol/state.ts";

/** What a user says to an agent: text, or text and files. */
export type RunInput = string | readonly Content[];

/** A request to start a run. */
export interface StartRequest {
  readonly agent: string;
  readonly input: RunInput;
  /** The run's id, chosen by the caller: starting it twice starts it once. Default: a random one. */
  readonly run?: string;
  /** The conversation. Default: a new one. */
  readonly thread?: string;
  /** The run to go on from; `null`: from the beginning. Default: the thread's newest run. */
  readonly previous?: string | null;
  /** What to do when `previous` has not ended: refuse, or wait for it. Default `reject`. */
  readonly busy?: "reject" | "queue";
  /** The id of the user message. Default: made by the runtime. */
  readonly message?: string;
  /** Earlier messages that are in no log. */
  readonly history?: readonly Message[];
  readonly state?: Json;
  readonly metadata?: JsonObject;
  /** Which of the agents' MCP servers the run may use, by name. Default: all of them. */
  readonly mcpServers?: readonly string[];
  readonly principal?: string;
  /**
   * What answers in this run, instead of its agents' own models. A name is of the runtime's `models`, and kept in the
   * log; anything else is known in this process alone, until the run ends or is taken over.
   */
  readonly model?: ModelChoice;
  readonly limits?: Limits;
}

export type StartResult =
  /** `existing`: the same request had started it before. */
  | {
      readonly status: "ok";
      readonly run: string;
      readonly thread: string;
      readonly existing: boolean;
    }
  /** The same run id with another request. */
  | { readonly status: "conflict" }
  | { readonly status: "busy"; readonly run: string }
  /** Thread or `previous` are unknown, or belong to somebody else. */
  | { readonly status: "foreign" }
  /** The input and the history are more than one event may hold. */
  | { readonly status: "too-large" }
  | { readonly status: "gone" };

/** One portion of a followed run. Those who watch a run at its tail get the same segment: key caches by it. */
export type TailItem =
  | { readonly type: "events"; readonly segment: Segment }
  /** The folded state: always wins over what the viewer has. */
  | { readonly type: "snapshot"; readonly state: RunState; readonly epoch: number }
  /** The run was deleted, or never was. Last. */
  | { readonly type: "gone" };

/** One portion of a followed thread. `run` begins a run; the items after it are that run's. */
export type ThreadItem = { readonly type: "run"; readonly run: string } | TailItem;

/** Where to begin to follow a run. */
export interface WatchFrom {
  /** Default: the beginning. A cursor the log cannot serve gets a snapshot. */
  readonly after?: Cursor;
  /** Begin with a snapshot when there is no `after`. Default false. */
  readonly snapshot?: boolean;
}

/** Where to begin to follow a thread. */
export interface WatchThreadFrom {
  /** The run and cursor to go on from. Default: the newest run's state. */
  readonly at?: { readonly run: string; readonly after: Cursor };
}

export interface TailOptions extends WatchFrom {
  /** Ends the iteration, nothing else. */
  readonly signal?: AbortSignal;
}

export interface TailThreadOptions extends WatchThreadFrom {
  /** Ends the iteration, nothing else. */
  readonly signal?: AbortSignal;
}

/** Somebody who is told what happens, and says how much of it. Neither call may throw. */
export interface Viewer<Item> {
  /** The next item, in order. `false`: enough; nothing is kept for the viewer, and the next one comes after `resume`. */
  next(item: Item): boolean;
  /** Nothing more comes: the run has ended or is gone, the runtime was closed, or the log failed for good: `error`. */
  end(error?: unknown): void;
}

/** Given to a viewer, who is told nothing before. */
export interface Watching {
  /** The viewer, who had enough, wants more. */
  resume(): void;
  /** Tells the viewer nothing from now on, not even the end. */
  leave(): void;
}

/** The models of a runtime, as far as others may know them: by name. */
export interface NamedModels {
  /** Those that have a place in a list to choose from. */
  readonly names: readonly string[];
  /** Whether a run may be started with the name. */
  has(name: string): boolean;
  /**
   * The name, or else the id, of the model that an agent asks first when its run names none; `undefined`: it has none,
   * or chooses for each step.
   */
  defaultOf(agent: string): string | undefined;
}

/** What servers, workers, dialects and scripts share: agents, a log, and the loop that runs them. */
export interface RuntimeCore {
  readonly agents: ReadonlyMap<string, AgentDefinition>;
  readonly models: NamedModels;
  readonly log: EventLog;
  start(request: StartRequest): Promise<StartResult>;
  /** Follows a run to its terminal event, or until the runtime is closed. */
  watch(run: string, from: WatchFrom, viewer: Viewer<TailItem>): Watching;
  /** The same for who would rather ask: a viewer that does not read costs nothing. */
  tail(run: string, options?: TailOptions): AsyncIterable<TailItem>;
  /**
   * Follows whatever runs in a thread: the newest run, beginning with its snapshot, then each new one from its first
   * event on, so that nothing of what happens meanwhile is skipped. A thread that does not exist yet is waited for.
   * Ends with `gone` when the thread is deleted, or when the runtime is closed.
   */
  watchThread(thread: string, from: WatchThreadFrom, viewer: Viewer<ThreadItem>): Watching;
  tailThread(thread: string, options?: TailThreadOptions): AsyncIterable<ThreadItem>;
  send(run: string, command: Command): Promise<SendResult>;
  /** The folded state now; `undefined`: no such run. */
  state(run: string): Promise<RunState | undefined>;
  /** The run and its ancestors along `previous`, oldest first, folded. */
  chain(run: string): Promise<readonly RunState[]>;
  /** Stops taking runs, hands over what is running at the deadline, and resolves. Default deadline 5 s. */
  close(options?: { readonly deadlineMs?: number }): Promise<void>;
}
