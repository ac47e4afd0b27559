import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Flat, Jsonify } from "./jsonify.ts";

/** The value after validation: what `execute` gets. */
export type ParsedOf<S extends StandardSchemaV1> = StandardSchemaV1.InferOutput<S>;

/** The JSON that a schema accepts: what a model or a viewer sends. */
export type AcceptedJson<S extends StandardSchemaV1> = Jsonify<StandardSchemaV1.InferInput<S>>;

/** The validated value as JSON: what the log keeps. */
export type ParsedJson<S extends StandardSchemaV1> = Jsonify<StandardSchemaV1.InferOutput<S>>;

/** Schemas of custom data, by name. */
export type DataSchemas = { readonly [name: string]: StandardSchemaV1 };

/** Custom data as viewers get it. It is kept as emitted: its schemas check, they do not transform. */
export type DataJson<D extends DataSchemas> = Flat<{ readonly [N in keyof D]: AcceptedJson<D[N]> }>;

/** Of a tool without `input`. */
export type EmptyInput = StandardSchemaV1<Record<never, never>, Record<never, never>>;

/** Of an agent without `input`, as a sub-agent. */
export type PromptInput = StandardSchemaV1<{ prompt: string }, { prompt: string }>;

/** Of an agent without `output`. */
export type TextOutput = StandardSchemaV1<string, string>;
