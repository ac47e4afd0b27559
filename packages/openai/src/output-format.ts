import type { ModelRequest } from "@runwire/core";
import type { JsonObject } from "@runwire/core/protocol";
import { toStrictSchema } from "./strict-schema.ts";

type Output = NonNullable<ModelRequest["output"]>;

export interface JsonSchemaFormat {
  readonly name: string;
  readonly schema: { [key: string]: unknown };
  readonly strict: boolean;
}

/** The output's schema as both APIs take it. `undefined`: they take none but objects, so only words can ask for it. */
export function jsonSchemaFormat({ name, schema }: Output): JsonSchemaFormat | undefined {
  if (schema.type !== "object") return undefined;
  const strict = toStrictSchema(schema);
  return {
    name: name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64),
    schema: { ...(strict ?? schema) },
    strict: strict !== undefined,
  };
}

/** The agent's instructions, followed by words that ask for the output. */
export function askForJson(instructions: string | undefined, schema: JsonObject): string {
  const ask = `Answer with nothing but JSON that fits this JSON Schema:\n${JSON.stringify(schema)}`;
  return instructions === undefined ? ask : `${instructions}\n\n${ask}`;
}
