import type { ToolDefinition } from "../definition.ts";
import type { Json } from "../protocol/json.ts";

/** Custom data by name. */
export type DataTypes = { readonly [name: string]: Json };

/** No names at all. */
export type None = Record<never, never>;

/** A tool's types after its schemas were read once, all of them JSON: the only form in which they travel on. */
export interface ToolTypes<
  Input = Json,
  Output = Json,
  Progress = Json,
  Data = DataTypes,
  Executor extends "runtime" | "client" = "runtime" | "client",
> {
  /** What the model sends: the schema's input, before transforms. */
  readonly input: Input;
  readonly output: Output;
  /** What it yields on the way; `never` when it yields nothing. */
  readonly progress: Progress;
  /** What it emits, by name. */
  readonly data: Data;
  readonly executor: Executor;
}

/** Tools by the name the model sees. */
export interface ToolTypesMap {
  readonly [name: string]: ToolTypes;
}

/** What `tool()` and `clientTool()` return. */
export interface Tool<
  Input = Json,
  Output = Json,
  Progress = Json,
  Data = DataTypes,
  Executor extends "runtime" | "client" = "runtime" | "client",
> extends ToolDefinition {
  readonly executor: Executor;
  readonly "~types"?: ToolTypes<Input, Output, Progress, Data, Executor>;
}
