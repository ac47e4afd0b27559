import type { EventMap, EventOf, EventType } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import type { AgentTypes, DataNamed, DataNames, ToolNamed, ToolNames } from "./agent-types.ts";
import type { Narrow } from "./narrow.ts";
import type { ToolTypes } from "./tool-types.ts";

/** The types whose events carry the name of a tool. */
type ToolEventType = {
  [T in EventType]: EventMap[T] extends { readonly call: string; readonly name: string }
    ? T
    : never;
}[EventType];

/** The types whose events carry a name: they narrow by it, and their callbacks may be given by name. */
export type NamedEventType = ToolEventType | "data.emitted";

/** The names that an event of the type may carry as far as the agent's types tell; `never` when they tell none. */
export type EventNames<A extends AgentTypes, T extends NamedEventType> = T extends "data.emitted"
  ? DataNames<A>
  : T extends "tool.progressed"
    ? ProgressNames<A>
    : ToolNames<A>;

type ProgressNames<A extends AgentTypes> = {
  [N in ToolNames<A>]: [ToolNamed<A, N>["progress"]] extends [never] ? never : N;
}[ToolNames<A>];

/** The event of one type and one name. */
export type NamedEvent<
  A extends AgentTypes,
  T extends NamedEventType,
  N extends string,
> = T extends "data.emitted"
  ? Narrow<EventOf<T>, { name: N; data: DataNamed<A, N> }>
  : ToolEvent<T, N, ToolNamed<A, N>>;

/** No event has more than one of `input`, `output` and `data`. */
type ToolEvent<T extends EventType, N extends string, Types extends ToolTypes> = Narrow<
  EventOf<T>,
  { name: N; input: Types["input"]; output: Types["output"]; data: Types["progress"] }
>;

/**
 * A run's events by type, with the agent's own types in them. An agent whose types are not known has plain ones.
 * Names are those that the types tell: tools that a provider runs, or that a model made up, come under others.
 */
export type TypedEvents<A extends AgentTypes = AgentTypes> = {
  readonly [T in EventType]: T extends NamedEventType
    ? [EventNames<A, T>] extends [never]
      ? EventOf<T>
      : { [N in EventNames<A, T>]: NamedEvent<A, T, N> }[EventNames<A, T>]
    : T extends "run.completed"
      ? Json extends A["output"]
        ? EventOf<T>
        : Narrow<EventOf<T>, { output: A["output"] }>
      : EventOf<T>;
};

/** Any event of a run of the agent. */
export type TypedEvent<A extends AgentTypes = AgentTypes> = TypedEvents<A>[EventType];
