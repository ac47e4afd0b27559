import type { Anthropic } from "@anthropic-ai/sdk";
import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema";
import type { Json, JsonObject } from "@runwire/core/protocol";

/**
 * The output's schema as the API takes it: what it cannot hold the model to (lengths, ranges, patterns) becomes words.
 * `undefined` when it would say something else: objects must be closed there, and nothing may contain itself.
 * (platform.claude.com, "Structured outputs", "JSON Schema limitations")
 */
export function jsonSchemaFormat(schema: JsonObject): Anthropic.JSONOutputFormat | undefined {
  if (schema.type !== "object" || !says(schema, schema, [])) return undefined;
  try {
    // The SDK's own types say less than the function takes.
    const transformed = transformJSONSchema(schema as Parameters<typeof transformJSONSchema>[0]);
    return { type: "json_schema", schema: transformed as { [key: string]: unknown } };
  } catch {
    // A schema without a type, which accepts everything.
    return undefined;
  }
}

/** The agent's instructions, followed by words that ask for the output. */
export function askForJson(instructions: string | undefined, schema: JsonObject): string {
  const ask = `Answer with nothing but JSON that fits this JSON Schema:\n${JSON.stringify(schema)}`;
  return instructions === undefined ? ask : `${instructions}\n\n${ask}`;
}

/** Whether no object below is open, and no reference leads back to one of `within`. */
function says(schema: Json | undefined, root: JsonObject, within: readonly string[]): boolean {
  if (Array.isArray(schema)) return schema.every((one) => says(one, root, within));
  if (typeof schema !== "object" || schema === null) return true;
  const {
    $ref: ref,
    $defs: _,
    additionalProperties: rest,
    properties,
    ...others
  } = schema as JsonObject;
  if (typeof ref === "string") {
    if (within.includes(ref)) return false;
    return says(definition(root, ref), root, [...within, ref]);
  }
  if (rest !== undefined && rest !== false) return false;
  const fields = Object.values((properties ?? {}) as JsonObject);
  const parts = ["items", "prefixItems", "anyOf", "oneOf", "allOf"].map((key) => others[key]);
  return [...fields, ...parts].every((part) => says(part, root, within));
}

/** What a reference within the schema names; `{}`, which is open, where it leads nowhere. */
function definition(root: JsonObject, ref: string): Json {
  if (!ref.startsWith("#")) return { additionalProperties: true };
  let found: Json | undefined = root;
  for (const segment of ref.split("/").slice(1)) {
    const key = decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~");
    found = (found as JsonObject | undefined)?.[key];
  }
  return found ?? { additionalProperties: true };
}
