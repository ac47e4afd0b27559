import type { AgentDefinition } from "../definition.ts";
import { RunwireError } from "../runwire-error.ts";

/**
 * The names of the MCP servers that a run of the agent may use: its own, and those of the agents that it can come to.
 * `find` knows agents by name, for hand-offs that close a circle.
 */
export function mcpServersOf(
  agent: AgentDefinition,
  find: (name: string) => AgentDefinition | undefined,
): readonly string[] {
  const names = new Set<string>();
  const seen = new Set<AgentDefinition>();
  const visit = (one: AgentDefinition | undefined): void => {
    if (one === undefined || seen.has(one)) return;
    seen.add(one);
    for (const { kind, name } of one.toolsets) if (kind === "mcp") names.add(name);
    for (const tool of Object.values(one.tools)) if (tool.kind === "agent") visit(tool);
    for (const to of one.handoffs) visit(typeof to === "string" ? find(to) : to);
  };
  visit(agent);
  return [...names];
}

/** @throws RunwireError `invalid-start` when a run asks for a server that its agents do not have. */
export function checkMcpServers(
  asked: readonly string[] | undefined,
  agent: AgentDefinition,
  find: (name: string) => AgentDefinition | undefined,
): void {
  if (asked === undefined) return;
  const known = mcpServersOf(agent, find);
  const other = asked.find((name) => !known.includes(name));
  if (other === undefined) return;
  throw new RunwireError("invalid-start", {
    message: `Agent "${agent.name}" has no MCP server named ${JSON.stringify(other)}. It has: ${known.join(", ") || "none"}.`,
  });
}
