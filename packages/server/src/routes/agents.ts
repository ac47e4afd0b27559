import {
  type AgentDefinition,
  mcpServersOf,
  type RuntimeCore,
  type ToolDefinition,
} from "@runwire/core";
import { json } from "../reply.ts";
import type { Route } from "../route.ts";

/** What can be started here. */
export const listAgents: Route = {
  method: "GET",
  path: "/agents",
  action: () => ({ type: "list-agents" }),
  handle({ runtime }) {
    return json({ agents: [...runtime.agents.values()].map((one) => describeAgent(one, runtime)) });
  },
};

function describeAgent(agent: AgentDefinition, { agents, models }: RuntimeCore) {
  const { name, description, tools, outputSchema } = agent;
  const model = models.defaultOf(name);
  return {
    name,
    description,
    ...(model !== undefined && { model }),
    tools: Object.entries(tools).map(([tool, definition]) => describeTool(tool, definition)),
    mcpServers: mcpServersOf(agent, (other) => agents.get(other)),
    ...(outputSchema !== undefined && { outputSchema }),
  };
}

/** `kind: "agent"`: the call is answered by a sub-agent. `executor: "client"`: by whoever watches the run. */
function describeTool(name: string, definition: ToolDefinition | AgentDefinition) {
  const { kind, description, inputSchema } = definition;
  return {
    name,
    kind,
    description,
    inputSchema,
    ...(definition.kind === "tool" && { executor: definition.executor }),
  };
}
