import { mcpServersOf } from "@runwire/core";
import { json } from "../reply.ts";
import type { Route } from "../route.ts";

/** The MCP servers that runs may name, each with the agents that can use it. Whether one answers is told in runs. */
export const listMcpServers: Route = {
  method: "GET",
  path: "/mcp-servers",
  action: () => ({ type: "list-mcp-servers" }),
  handle({ runtime: { agents } }) {
    const usedBy = new Map<string, string[]>();
    for (const agent of agents.values()) {
      for (const name of mcpServersOf(agent, (other) => agents.get(other))) {
        usedBy.set(name, [...(usedBy.get(name) ?? []), agent.name]);
      }
    }
    return json({ servers: [...usedBy].map(([name, names]) => ({ name, agents: names })) });
  },
};
