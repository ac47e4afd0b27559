import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import type { JsonObject } from "./protocol/json.ts";
import { RunwireError } from "./runwire-error.ts";

/** The dialect of JSON Schema that models' providers read. */
const target = "draft-2020-12";

/** What to do about a schema that cannot give JSON Schema, by the `vendor` it names. */
const remedies: { readonly [vendor: string]: string } = {
  zod: 'Import it from "zod" 4.2 or later: "zod/mini" and older versions cannot give JSON Schema.',
  valibot: "Wrap it: toStandardJsonSchema(schema), from @valibot/to-json-schema.",
};

/**
 * The JSON Schema of what a schema accepts, by the Standard JSON Schema trait. `owner` names the tool or the agent
 * in errors. The root never is a bare `$ref`, and `$schema` is left out: both cost tokens or upset providers.
 */
export function toJsonSchema(schema: StandardSchemaV1, owner: string): JsonObject {
  const standard: StandardSchemaV1["~standard"] & Partial<StandardJSONSchemaV1["~standard"]> =
    schema["~standard"];
  if (standard.jsonSchema === undefined) {
    const remedy = remedies[standard.vendor] ?? "Use one that implements Standard JSON Schema.";
    throw new RunwireError("invalid-schema", {
      message: `${owner}: a schema of "${standard.vendor}" that cannot give JSON Schema, so no model can be told of it. ${remedy}`,
    });
  }
  let json: Record<string, unknown>;
  try {
    json = standard.jsonSchema.input({ target });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RunwireError("invalid-schema", {
      message: `${owner}: the schema cannot be told to a model as JSON Schema: ${reason}. A model writes JSON: accept a JSON type and transform it.`,
      cause,
    });
  }
  // Through text: vendors hang functions and hidden properties on their objects.
  const { $schema: _, ...rest } = JSON.parse(JSON.stringify(json)) as JsonObject;
  return inlineRoot(rest);
}

/** {@link toJsonSchema} for a tool's input, which every provider wants to be an object at its root. */
export function toInputSchema(schema: StandardSchemaV1, owner: string): JsonObject {
  const json = toJsonSchema(schema, owner);
  if (json.type === "object") return json;
  throw new RunwireError("invalid-schema", {
    message: `${owner}: the input must be an object, since models give arguments by name. Wrap it: z.object({ value: … }).`,
  });
}

/** `{ $ref: "#/$defs/X", $defs }`, as a named schema is written, with X's own fields at the root. */
function inlineRoot(json: JsonObject): JsonObject {
  const { $ref, $defs, ...rest } = json;
  const name = typeof $ref === "string" ? /^#\/\$defs\/([^/]+)$/.exec($ref)?.[1] : undefined;
  if (name === undefined) return json;
  const { [name]: definition, ...others } = $defs as { readonly [name: string]: JsonObject };
  const root = { ...definition, ...rest };
  // The root still needs its definition where it refers to itself.
  if (JSON.stringify([root, others]).includes(JSON.stringify($ref)))
    return { ...root, $defs: $defs as JsonObject };
  return Object.keys(others).length === 0 ? root : { ...root, $defs: others };
}
