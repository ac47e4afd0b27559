import type { RunError } from "../protocol/errors.ts";
import type { DataPart, Part, ToolPart, ToolStatus } from "../protocol/message.ts";
import type { AgentTypes, DataNamed, DataNames, ToolNamed, ToolNames } from "./agent-types.ts";
import type { Narrow } from "./narrow.ts";
import type { ToolTypes } from "./tool-types.ts";

/**
 * The parts of an agent's messages: tool and data parts narrow by `name`, and tool parts also by `status`. Any
 * `MessageOf<PartOf<A>>` is a `Message`. An agent whose types are not known has plain parts.
 */
export type PartOf<A extends AgentTypes = AgentTypes> =
  | Exclude<Part, ToolPart | DataPart>
  | ToolPartOf<A>
  | DataPartOf<A>;

/** A call of one of the agent's tools. */
export type ToolPartOf<A extends AgentTypes = AgentTypes> = [ToolNames<A>] extends [never]
  ? ToolPart
  : { [N in ToolNames<A>]: TypedToolPart<N, ToolNamed<A, N>> }[ToolNames<A>];

/** A piece of the agent's custom data. */
export type DataPartOf<A extends AgentTypes = AgentTypes> = [DataNames<A>] extends [never]
  ? DataPart
  : { [N in DataNames<A>]: Narrow<DataPart, { name: N; data: DataNamed<A, N> }> }[DataNames<A>];

/** A call of one tool: what it holds follows from how far it has come. */
type TypedToolPart<N extends string, T extends ToolTypes> =
  | StreamingCall<N>
  | OpenCall<N, T>
  | CompletedCall<N, T>
  | FailedCall<N, T>;

interface AnyCall<N extends string>
  extends Omit<
    ToolPart,
    "name" | "status" | "input" | "proposed" | "progress" | "output" | "error"
  > {
  readonly name: N;
}

interface WithInput<T extends ToolTypes> {
  /** What will run, or ran: the model's input, or the one that a person edited. */
  readonly input: T["input"];
  /** The model's own input, when a person edited it. */
  readonly proposed?: T["input"];
  /** The newest progress value. */
  readonly progress?: T["progress"];
}

/** The model still writes the arguments. */
interface StreamingCall<N extends string> extends AnyCall<N> {
  readonly status: "streaming";
  readonly input?: never;
  readonly proposed?: never;
  readonly progress?: never;
  readonly output?: never;
  readonly error?: never;
}

interface OpenCall<N extends string, T extends ToolTypes> extends AnyCall<N>, WithInput<T> {
  readonly status: Exclude<ToolStatus, "streaming" | "completed" | "failed">;
  readonly output?: never;
  readonly error?: never;
}

interface CompletedCall<N extends string, T extends ToolTypes> extends AnyCall<N>, WithInput<T> {
  readonly status: "completed";
  readonly output: T["output"];
  readonly error?: never;
}

/** Without `input` when the arguments were not valid. */
interface FailedCall<N extends string, T extends ToolTypes>
  extends AnyCall<N>,
    Partial<WithInput<T>> {
  readonly status: "failed";
  readonly output?: never;
  readonly error: RunError;
}
