import type { EventType } from "../protocol/events.ts";
import type { RunState } from "../protocol/state.ts";
import type { AgentTypes } from "./agent-types.ts";
import type { Run } from "./run.ts";
import type {
  EventNames,
  NamedEvent,
  NamedEventType,
  TypedEvent,
  TypedEvents,
} from "./typed-events.ts";
import type { PartOf } from "./typed-parts.ts";

/**
 * Callbacks by event type, for events of the run and of all its sub-agents (`event.scope` tells them apart). For
 * events that carry a name, either one function or functions by name. Each event is told once, in order, after the
 * log has it. Nobody waits for what a callback returns. One that throws is reported as any listener's uncaught error
 * is, by the process or the page; the run and its other callbacks go on.
 */
export type On<A extends AgentTypes = AgentTypes> = {
  readonly [T in EventType]?: T extends NamedEventType
    ? Callback<A, TypedEvents<A>[T]> | CallbacksByName<A, T>
    : Callback<A, TypedEvents<A>[T]>;
} & {
  /** Every event, after its own callback. */
  readonly event?: Callback<A, TypedEvent<A>>;
  /** A snapshot took the place of events that will not be told one by one. */
  readonly reset?: Callback<A, RunState<PartOf<A>>>;
};

type Callback<A extends AgentTypes, Value> = (value: Value, run: Run<A>) => unknown;

type CallbacksByName<A extends AgentTypes, T extends NamedEventType> = [EventNames<A, T>] extends [
  never,
]
  ? { readonly [name: string]: Callback<A, TypedEvents<A>[T]> }
  : { readonly [N in EventNames<A, T>]?: Callback<A, NamedEvent<A, T, N>> };
