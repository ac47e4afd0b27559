import type { StandardSchemaV1 } from "@standard-schema/spec";
import { RunwireError } from "./runwire-error.ts";

/** One reason why a value does not fit. `path` is a JSON Pointer (RFC 6901); "" is the value itself. */
export type SchemaIssue = { readonly path: string; readonly message: string };

export type Validation =
  /** The schema's output: transforms and defaults applied. */
  { readonly value: unknown } | { readonly issues: readonly SchemaIssue[] };

/**
 * Asks any Standard Schema whether a value fits. A promise only where the schema answers with one. Where a schema's
 * own code throws, this throws or rejects, as the schema's library does.
 */
export function validate(
  schema: StandardSchemaV1,
  value: unknown,
): Validation | Promise<Validation> {
  const result = schema["~standard"].validate(value);
  return result instanceof Promise ? result.then(toValidation) : toValidation(result);
}

/** {@link validate} for places that cannot wait. */
export function validateNow(schema: StandardSchemaV1, value: unknown): Validation {
  const result = validate(schema, value);
  if (!(result instanceof Promise)) return result;
  // Nobody will look at the answer: its failure must not surface as an unhandled rejection.
  result.catch(() => {});
  throw new RunwireError("invalid-schema", {
    message:
      "This schema answers with a promise, but it is used where nothing can wait. Use a schema without async refinements or transforms, and without transforms that throw.",
  });
}

function toValidation(result: StandardSchemaV1.Result<unknown>): Validation {
  if (result.issues === undefined) return { value: result.value };
  return {
    issues: result.issues.map((issue) => ({
      path: (issue.path ?? []).map(toPointerSegment).join(""),
      message: issue.message,
    })),
  };
}

function toPointerSegment(segment: PropertyKey | StandardSchemaV1.PathSegment): string {
  const key = typeof segment === "object" ? segment.key : segment;
  return `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
