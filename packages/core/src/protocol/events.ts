import type { RunError } from "./errors.ts";
import type { Json, JsonObject, ProviderData } from "./json.ts";
import type { Limits } from "./limits.ts";
import type { Content, Message } from "./message.ts";
import type { FinishReason, Usage } from "./usage.ts";

/** The protocol's integer major. New event types and new optional fields do not change it. */
export const PROTOCOL = 1;

/** What a waiting run waits for. */
export type Wait =
  | {
      readonly type: "approval";
      readonly id: string;
      readonly call: string;
      readonly expiresAt?: number;
    }
  | { readonly type: "result"; readonly call: string };

/** One operation of RFC 6902. `path` "" replaces the whole document. */
export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly from: string; readonly path: string };

/** The inbox command that an event answers, by command id. */
interface Answers {
  readonly command?: string;
}
interface WithProvider {
  readonly provider?: ProviderData;
}

/**
 * Every event of the protocol: its own fields by type (PROTOCOL.md §1). The envelope `seq`, `type`, `scope?`, `at`
 * comes from {@link EventOf}. Types are `noun.verb` in the past tense; `delta` is appendable text and nothing else.
 */
export interface EventMap {
  /** First event: what the run is and what it adds to the history. */
  "run.started": {
    readonly protocol: 1;
    readonly run: string;
    readonly thread: string;
    readonly agent: string;
    /** Only what this run adds; the rest of the history is the `previous` chain. */
    readonly messages: readonly Message[];
    readonly previous?: string;
    /** The name of the model that answers in this run, instead of its agents' own. */
    readonly model?: string;
    /** The shared state to begin with. */
    readonly state?: Json;
    /** Limits of this run, instead of its agent's. */
    readonly limits?: Limits;
    /** The MCP servers that the run may use. Absent: all that its agents have. */
    readonly mcpServers?: readonly string[];
    readonly metadata?: JsonObject;
  };
  /** Nothing in the whole tree can progress; the lease is released. */
  "run.waiting": { readonly for: readonly Wait[] };
  /** A process took the run up (again). Running calls that are not sub-agents become interrupted. */
  "run.resumed": {
    readonly epoch: number;
    readonly cause: "input" | "timer" | "recovery" | "handover" | "steal";
  };
  /** The end. `output` only when it is not the last text. */
  "run.completed": {
    readonly finishReason: FinishReason;
    readonly usage: Usage;
    readonly output?: Json;
  };
  "run.failed": { readonly error: RunError; readonly usage: Usage };
  "run.cancelled": { readonly usage: Usage; readonly reason?: string; readonly by?: string };
  /** A cancel arrived: only the end may follow. */
  "cancel.requested": { readonly by?: string; readonly reason?: string } & Answers;
  /** A model call begins; every attempt has its own number. A new `message` id opens a message. */
  "step.started": {
    readonly step: number;
    readonly message: string;
    readonly agent: string;
    readonly model: string;
  };
  /** The reply ended and is committed. With `finishReason: 'error'` `error` says why, and partial text stays. */
  "step.completed": {
    readonly step: number;
    readonly finishReason: FinishReason;
    readonly usage: Usage;
    readonly error?: RunError;
  } & WithProvider;
  /**
   * The attempt is void: the model's parts of this step go away. Its usage still counts. `fallback`: the step's model
   * is given up in this scope, and the agent's next one is asked.
   */
  "step.reverted": {
    readonly step: number;
    readonly reason: "retry" | "recovery" | "fallback";
    readonly error?: RunError;
    readonly usage?: Usage;
    /** Store time in ms before which the next attempt does not begin. */
    readonly retryAt?: number;
  };
  "text.started": {
    readonly id: string;
    readonly refusal?: true;
    readonly format?: "json";
  } & WithProvider;
  "text.delta": { readonly id: string; readonly delta: string };
  "text.completed": { readonly id: string } & WithProvider;
  "reasoning.started": { readonly id: string } & WithProvider;
  "reasoning.delta": { readonly id: string; readonly delta: string };
  "reasoning.completed": { readonly id: string } & WithProvider;
  /** The model begins to write a call's arguments (optional: a call may also arrive whole). */
  "tool.args.started": { readonly call: string; readonly name: string };
  "tool.args.delta": { readonly call: string; readonly delta: string };
  /** The arguments are complete and fit the schema. `input` is what the model sent. */
  "tool.called": {
    readonly call: string;
    readonly name: string;
    readonly input: Json;
    readonly executor?: "client" | "provider";
    /** A client's call that nobody may run before a person approved it: the request follows after the step. */
    readonly needsApproval?: true;
  } & WithProvider;
  /** The intent: acknowledged by the log before the tool's `execute` begins. */
  "tool.started": { readonly call: string; readonly name: string; readonly attempt: number };
  /** A value that the tool yielded. */
  "tool.progressed": { readonly call: string; readonly name: string; readonly data: Json };
  /** What the tool prints: stdout and the like. */
  "tool.output.delta": { readonly call: string; readonly delta: string };
  "tool.completed": {
    readonly call: string;
    readonly name: string;
    readonly output: Json;
    readonly content?: readonly Content[];
    readonly by?: string;
  } & Answers &
    WithProvider;
  "tool.failed": {
    readonly call: string;
    readonly name: string;
    readonly error: RunError;
    readonly by?: string;
  } & Answers &
    WithProvider;
  "approval.requested": {
    readonly id: string;
    readonly call: string;
    readonly name: string;
    readonly input: Json;
    readonly expiresAt?: number;
    readonly message?: string;
  };
  /** A person's answer, or the expiry. `input` replaces what will run. */
  "approval.resolved": {
    readonly id: string;
    readonly approved: boolean;
    readonly by?: string;
    readonly reason?: string;
    readonly input?: Json;
    readonly expired?: true;
  } & Answers;
  /** Steering: a message arrived while the run is open. */
  "message.received": { readonly message: Message; readonly by?: string } & Answers;
  /** A command came too late or a second time. */
  "command.rejected": {
    readonly command: string;
    readonly kind: "cancel" | "message" | "approval" | "result";
    readonly reason: string;
  };
  /** The structured output did not fit its schema; the model is asked once more. Clears the scope's `finishReason`. */
  "output.rejected": { readonly error: RunError; readonly attempt: number };
  /** A sub-agent takes up the call that `scope` names (instead of `tool.started`). */
  "agent.started": { readonly agent: string; readonly messages: readonly Message[] };
  /** Hand-off: another agent goes on. Settles `call`, the tool call that asked for it. */
  "agent.switched": { readonly from: string; readonly to: string; readonly call?: string };
  /** Custom data. Same name and id: replaces. `transient`: told to viewers, not kept in the state. */
  "data.emitted": {
    readonly name: string;
    readonly data: Json;
    readonly id?: string;
    readonly transient?: true;
  };
  /** The shared state changed. */
  "state.changed": { readonly patch: readonly PatchOperation[] };
  "file.added": {
    readonly id: string;
    readonly mediaType: string;
    readonly url: string;
    readonly filename?: string;
  } & WithProvider;
  "source.added": {
    readonly id: string;
    readonly url?: string;
    readonly title?: string;
    readonly text?: string;
    readonly start?: number;
    readonly end?: number;
    readonly quote?: string;
  } & WithProvider;
  "opaque.added": { readonly id: string } & WithProvider;
  "warning.raised": { readonly code: string; readonly message: string };
}

export type EventType = keyof EventMap;

/** The types whose events are bare for speed: no `at`. */
export type DeltaType = "text.delta" | "reasoning.delta" | "tool.args.delta" | "tool.output.delta";

export type TerminalType = "run.completed" | "run.failed" | "run.cancelled";

/** What every event has beside its own fields. */
interface Envelope<T extends EventType> {
  /** Dense from 1 in each run. */
  readonly seq: number;
  readonly type: T;
  /** The call id of the sub-agent's call, on every event of a sub-agent. */
  readonly scope?: string;
}
/** Store time in ms. */
interface Timed {
  readonly at: number;
}

/** The event of one type (or of a union of types). */
export type EventOf<T extends EventType> = T extends EventType
  ? Envelope<T> & EventMap[T] & (T extends DeltaType ? unknown : Timed)
  : never;

/** One entry of a run's log. A reader may meet types it does not know: it passes over them. */
export type RunEvent = EventOf<EventType>;

/** An event before the log has it: no `seq`, no `at`. */
export type NewEvent<T extends EventType = EventType> = T extends EventType
  ? { readonly type: T; readonly scope?: string } & EventMap[T]
  : never;
