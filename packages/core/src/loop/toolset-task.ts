import type { AgentDefinition, ToolDefinition } from "../definition.ts";
import type { RunError } from "../protocol/errors.ts";
import type { OpenToolsets } from "./agent-tools.ts";
import { callIn, interrupted, scopeOf } from "./calls.ts";
import { absence } from "./request.ts";
import type { Task } from "./task.ts";
import { runTool, type ToolTaskContext } from "./tool-task.ts";

/**
 * One call of a tool that a toolset of the agent has, or had: the log knows its name alone. A call that was cut and
 * whose tool cannot be asked whether it may run twice does not.
 */
export async function runToolsetCall(
  task: Task,
  call: string,
  agent: AgentDefinition,
  toolsets: OpenToolsets,
  ctx: ToolTaskContext,
): Promise<void> {
  const part = callIn(scopeOf(task.state, task.scope), call);
  if (part === undefined) return;
  const { name } = part;
  const found = await findTool(name, agent, toolsets, task);
  if (task.signal.aborted) return;
  const cut = part.status === "interrupted";
  if ("tool" in found && (found.tool.idempotent || !cut))
    return runTool(task, call, found.tool, ctx);
  const error = cut || "tool" in found ? interrupted : found.error;
  task.push([{ type: "tool.failed", call, name, error }]);
}

async function findTool(
  name: string,
  agent: AgentDefinition,
  toolsets: OpenToolsets,
  { state }: Task,
): Promise<{ readonly tool: ToolDefinition } | { readonly error: RunError }> {
  const { tools, missing } = await toolsets.toolsOf(agent, state);
  const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (tool?.kind === "tool") return { tool };
  const message = [`There is no tool named "${name}".`, ...missing.map(absence)].join(" ");
  return { error: { code: missing.length === 0 ? "unknown-tool" : "tool-error", message } };
}
