import type { AgentDefinition, ToolDefinition } from "../definition.ts";
import type { Json } from "../protocol/json.ts";
import type { Flat } from "./jsonify.ts";
import type { DataTypes, None, ToolTypes, ToolTypesMap } from "./tool-types.ts";

/**
 * An agent's types after its schemas were read once, all of them JSON: the only form in which they travel on, to
 * runs, clients and components. The defaults stand for an agent nobody knows anything about.
 */
export interface AgentTypes<
  Name extends string = string,
  Tools extends ToolTypesMap = ToolTypesMap,
  Data extends DataTypes = DataTypes,
  Output extends Json = Json,
  Input extends Json = Json,
> {
  readonly name: Name;
  /** Everything that may be called in a run: also the tools of sub-agents and of agents that may take over. */
  readonly tools: Tools;
  /** Everything that may be emitted in a run, by name. */
  readonly data: Data;
  /** What a run comes to. */
  readonly output: Output;
  /** What a parent's model gives when the agent is one of its tools. */
  readonly input: Input;
}

/** What an agent may hold under `tools`. */
export interface ToolSet {
  readonly [name: string]: ToolDefinition | AgentDefinition;
}

/** The manifest of an agent value; the defaults for one that was not made by `agent()`. */
export type TypesOf<T> = T extends { readonly "~types"?: infer A extends AgentTypes }
  ? A
  : AgentTypes;

/** The names that are known when types are checked; index signatures tell none. */
type KnownNames<T> = keyof {
  [N in keyof T as string extends N ? never : N]: T[N];
} &
  string;

/** Names of the tools of an agent, or of any of a union of agents. */
export type ToolNames<A extends AgentTypes> = A extends AgentTypes ? KnownNames<A["tools"]> : never;

/** The types of one tool: a union where agents mean different tools by the name. */
export type ToolNamed<A extends AgentTypes, N extends string> = A extends AgentTypes
  ? N extends KnownNames<A["tools"]>
    ? A["tools"][N]
    : never
  : never;

/** Names of the custom data of an agent, or of any of a union of agents. */
export type DataNames<A extends AgentTypes> = A extends AgentTypes ? KnownNames<A["data"]> : never;

/** The type of the custom data of one name. */
export type DataNamed<A extends AgentTypes, N extends string> = A extends AgentTypes
  ? N extends KnownNames<A["data"]>
    ? A["data"][N]
    : never
  : never;

/**
 * The tools of a run of an agent with tools `T` and hand-offs to the agents named `To`, in which the agents `Others`
 * take part.
 */
export type ToolsIn<T, To extends string, Others extends AgentTypes> = Flat<{
  readonly [N in KnownNames<T> | HandoffName<To> | ToolNames<Others>]:
    | (N extends keyof T ? TypesAsTool<T[N]> : never)
    | (N extends HandoffName<infer Name> ? HandoffTypes<Name> : never)
    | ToolNamed<Others, N>;
}>;

/** How a model sees a hand-off. */
type HandoffName<To extends string> = To extends string
  ? string extends To
    ? never
    : `transfer_to_${To}`
  : never;
type HandoffTypes<To extends string> = ToolTypes<None, { agent: To }, never, None, "runtime">;

/** The custom data of a run of an agent with tools `T`, in which the agents `Others` take part. */
export type DataIn<T, Others extends AgentTypes> = DataOfTools<TypesAsTool<T[keyof T]>, Others>;

type DataOfTools<T extends ToolTypes, Others extends AgentTypes> = Flat<{
  readonly [N in DataNamesOfTools<T> | DataNames<Others>]:
    | DataOfToolsNamed<T, N>
    | DataNamed<Others, N>;
}>;
type DataNamesOfTools<T extends ToolTypes> = T extends ToolTypes ? KnownNames<T["data"]> : never;
type DataOfToolsNamed<T extends ToolTypes, N extends string> = T extends ToolTypes
  ? N extends KnownNames<T["data"]>
    ? T["data"][N]
    : never
  : never;

/** A tool's types; for an agent among the tools, those of the call that it answers. */
type TypesAsTool<T> = T extends { readonly "~types"?: infer A extends AgentTypes }
  ? ToolTypes<A["input"], A["output"], never, None, "runtime">
  : T extends { readonly "~types"?: infer X extends ToolTypes }
    ? X
    : T extends ToolDefinition | AgentDefinition
      ? ToolTypes
      : never;
