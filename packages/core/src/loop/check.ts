import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type SchemaIssue, type Validation, validate } from "../validate.ts";
import { cutText, messageOf } from "./message-of.ts";

/** What is wrong with a large value may be larger still: the first few tell enough. */
const maxIssues = 20;
const maxPath = 200;
const maxMessage = 500;

/**
 * Whether a value fits a schema, as what the log can hold. Never rejects: a schema whose own code throws on a value does
 * not accept it.
 */
export async function check(schema: StandardSchemaV1, value: unknown): Promise<Validation> {
  try {
    const result = await validate(schema, value);
    return "issues" in result ? { issues: result.issues.slice(0, maxIssues).map(cut) } : result;
  } catch (error) {
    return { issues: [cut({ path: "", message: messageOf(error) })] };
  }
}

function cut({ path, message }: SchemaIssue): SchemaIssue {
  return { path: cutText(path, maxPath), message: cutText(message, maxMessage) };
}
