import { fromJsonSchema, type Tool } from "@modelcontextprotocol/client";
import type { ToolContext, ToolDefinition } from "@runwire/core";
import type { JsonObject } from "@runwire/core/protocol";
import { callTool } from "./call.ts";
import type { Connection } from "./connection.ts";
import type { McpOptions } from "./options.ts";

/** Enough for what takes long, and an end to what never answers. */
const defaultTimeoutMs = 300_000;

/**
 * A server's tool as the runtime runs it. It may run again after a crash if the server says that it only reads, or that
 * a second call changes nothing more.
 */
export function toTool(tool: Tool, connection: Connection, options: McpOptions): ToolDefinition {
  const { name, title, description, inputSchema, annotations = {} } = tool;
  const {
    readOnlyHint = false,
    idempotentHint = false,
    destructiveHint = !readOnlyHint,
  } = annotations;
  const { timeoutMs = defaultTimeoutMs, needsApproval } = options;
  const input = validatorOf(inputSchema);
  const call = { tool: name, readOnly: readOnlyHint, destructive: destructiveHint };
  return Object.freeze<ToolDefinition>({
    kind: "tool",
    executor: "runtime",
    description: description ?? title ?? name,
    ...(input !== undefined && { input }),
    inputSchema: told(inputSchema),
    ...(needsApproval !== undefined && {
      needsApproval:
        typeof needsApproval === "boolean"
          ? needsApproval
          : (given: JsonObject, ctx: ToolContext) => needsApproval({ ...call, input: given }, ctx),
    }),
    idempotent: readOnlyHint || idempotentHint,
    timeoutMs,
    execute: (given: JsonObject, ctx: ToolContext) => callTool(connection, name, given, ctx),
  });
}

/** Without the dialect's name, which costs tokens and upsets providers. */
function told(schema: Tool["inputSchema"]): JsonObject {
  const { $schema: _, ...rest } = schema as JsonObject & Tool["inputSchema"];
  return rest as JsonObject;
}

/** `undefined` for a schema that is none: then the server alone decides what it takes. */
function validatorOf(schema: Tool["inputSchema"]): ToolDefinition["input"] {
  try {
    return fromJsonSchema(schema as Parameters<typeof fromJsonSchema>[0]);
  } catch {
    return undefined;
  }
}
