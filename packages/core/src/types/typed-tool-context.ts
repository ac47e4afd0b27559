import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ToolContext } from "../definition.ts";
import type { DataSchemas } from "./schema-types.ts";

/** {@link ToolContext} with `emit` bound to the schemas that the tool declares under `data`. */
interface TypedToolContext<D extends DataSchemas> extends Omit<ToolContext, "emit"> {
  /** Appends `data.emitted`. Throws when `data` does not fit the schema of that name. */
  emit<N extends keyof D & string>(
    name: N,
    data: StandardSchemaV1.InferInput<D[N]>,
    options?: Parameters<ToolContext["emit"]>[2],
  ): void;
}

/** Without schemas: any name, any JSON. */
export type ToolContextOf<D extends DataSchemas> = string extends keyof D
  ? ToolContext
  : TypedToolContext<D>;
