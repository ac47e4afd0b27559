import type { JsonObject } from "@runwire/core/protocol";
import type { ToolReply } from "../guest/wire.ts";
import type { HostTools } from "../sandbox.ts";

/** Calls a tool of the host for a program. Whatever goes wrong is the program's to read; this never rejects. */
export async function callTool(
  tools: HostTools,
  name: string,
  input: string,
  signal: AbortSignal,
): Promise<ToolReply> {
  try {
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
    if (tool === undefined) return { error: `There is no tool named "${name}".` };
    const value: unknown = JSON.parse(input);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return { error: `${name} takes its arguments by name.` };
    }
    const output = await tool.execute(value as JsonObject, { signal });
    return { json: JSON.stringify(output) ?? "null" };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
