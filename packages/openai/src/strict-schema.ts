import type { Json, JsonObject } from "@runwire/core/protocol";

/** What OpenAI's strict mode understands; it refuses a schema that says anything else. */
const keywords = new Set([
  "type",
  "title",
  "description",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "const",
  "anyOf",
  "$ref",
  "$defs",
  "pattern",
  "format",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minItems",
  "maxItems",
]);
const formats = new Set([
  "date-time",
  "time",
  "date",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uuid",
]);
const maxDepth = 10;

/**
 * The schema as strict mode wants it, or `undefined` when it cannot say the same there. Strict mode lets the model
 * write nothing that does not fit, but asks for objects that are closed and whose fields are all required. An object
 * that leaves open whether it is closed is closed here: what fits then fits the original too.
 * (developers.openai.com, Structured Outputs, "Supported schemas")
 */
export function toStrictSchema(schema: JsonObject): JsonObject | undefined {
  if (schema.type !== "object" || schema.anyOf !== undefined) return undefined;
  return strict(schema, 1);
}

function strict(schema: Json | undefined, depth: number): JsonObject | undefined {
  if (!isObject(schema) || depth > maxDepth) return undefined;
  if (!Object.keys(schema).every((keyword) => keywords.has(keyword))) return undefined;
  if (typeof schema.format === "string" && !formats.has(schema.format)) return undefined;
  // Its regular expressions know no look-around and no back-references.
  if (typeof schema.pattern === "string" && /\(\?<?[=!]|\\[1-9]/.test(schema.pattern))
    return undefined;
  // Without any of these a schema accepts everything.
  if (!["type", "enum", "const", "anyOf", "$ref"].some((key) => key in schema)) return undefined;

  const result: { [keyword: string]: Json | undefined } = { ...schema };
  if (schema.properties !== undefined || typesOf(schema).includes("object")) {
    const properties = strictAll(schema.properties, depth + 1);
    if (properties === undefined || (schema.additionalProperties ?? false) !== false)
      return undefined;
    const required = Array.isArray(schema.required) ? schema.required : [];
    if (!Object.keys(properties).every((name) => required.includes(name))) return undefined;
    Object.assign(result, { properties, required, additionalProperties: false });
  }
  if (schema.items !== undefined || typesOf(schema).includes("array")) {
    const items = strict(schema.items, depth + 1);
    if (items === undefined) return undefined;
    result.items = items;
  }
  if (schema.anyOf !== undefined) {
    const options = (schema.anyOf as readonly Json[]).map((option) => strict(option, depth));
    if (options.includes(undefined)) return undefined;
    result.anyOf = options as readonly Json[];
  }
  if (schema.$defs !== undefined) {
    const definitions = strictAll(schema.$defs, depth);
    if (definitions === undefined) return undefined;
    result.$defs = definitions;
  }
  return result;
}

function strictAll(schemas: Json | undefined, depth: number): JsonObject | undefined {
  if (!isObject(schemas)) return undefined;
  const entries = Object.entries(schemas).map(([name, schema]) => [name, strict(schema, depth)]);
  return entries.some(([, schema]) => schema === undefined)
    ? undefined
    : Object.fromEntries(entries);
}

function typesOf({ type }: JsonObject): readonly Json[] {
  return Array.isArray(type) ? type : [type as Json];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
