import type { AgentTypes, ToolNamed, ToolNames } from "./agent-types.ts";
import type { Run } from "./run.ts";
import type { ToolTypes } from "./tool-types.ts";

/** Names of the agent's client tools. */
export type ClientToolNames<A extends AgentTypes> = {
  [N in ToolNames<A>]: ToolNamed<A, N>["executor"] extends "client" ? N : never;
}[ToolNames<A>];

/** Handlers of client tools, by name. An agent whose types are not known takes any name. */
export type ClientTools<A extends AgentTypes = AgentTypes> = string extends keyof A["tools"]
  ? { readonly [name: string]: ClientToolHandler<A, ToolTypes> }
  : [ClientToolNames<A>] extends [never]
    ? NoClientTools
    : { readonly [N in ClientToolNames<A>]?: ClientToolHandler<A, ToolNamed<A, N>> };

/** Of an agent without client tools: not empty, so that a handler for one does not compile. */
interface NoClientTools {
  readonly "~none"?: never;
}

/**
 * Does what the model asked for, where the user is. What it returns must fit the tool's `output` schema. A throw fails
 * the call, and the model reads the error's message.
 */
export type ClientToolHandler<
  A extends AgentTypes = AgentTypes,
  T extends ToolTypes = ToolTypes,
> = (input: T["input"], ctx: ClientToolContext<A>) => T["output"] | Promise<T["output"]>;

export interface ClientToolContext<A extends AgentTypes = AgentTypes> {
  readonly call: string;
  readonly run: Run<A>;
  /** Fires when nobody waits for the result any more: another viewer gave one, the run ended, or the watching did. */
  readonly signal: AbortSignal;
}
