import type { AgentDefinition, ToolDefinition } from "../definition.ts";
import type { ScopeState } from "../protocol/state.ts";
import { RunwireError } from "../runwire-error.ts";
import type { Toolset } from "../toolset.ts";

/** What a tool name means to the agent that called it. */
type Callee =
  | { readonly type: "tool"; readonly tool: ToolDefinition }
  | { readonly type: "agent"; readonly agent: AgentDefinition }
  /** Maybe a tool of one of the agent's toolsets: they are asked when the call is to run. */
  | { readonly type: "toolset"; readonly agent: AgentDefinition }
  | { readonly type: "handoff"; readonly to: string };

/** The name under which a model sees a hand-off. */
export const handoffName = (agent: string): string => `transfer_to_${agent}`;

/** All agents that can take part in a run, by name: the ones given and everybody they reach. */
export interface Registry {
  readonly agents: ReadonlyMap<string, AgentDefinition>;
  agent(name: string): AgentDefinition | undefined;
  /** What the scope's newest step meant by a tool name; `undefined` when its agent holds no such tool (any more). */
  callee(scope: ScopeState, name: string): Callee | undefined;
}

export function createRegistry(roots: readonly AgentDefinition[]): Registry {
  const agents = new Map<string, AgentDefinition>();
  const toolsets = new Map<string, Toolset>();
  const add = (agent: AgentDefinition): void => {
    const known = agents.get(agent.name);
    if (known === agent) return;
    if (known !== undefined) {
      throw new RunwireError("duplicate-agent", {
        message: `Two agents are named "${agent.name}". A name must mean one agent in a runtime: rename one of them.`,
      });
    }
    agents.set(agent.name, agent);
    for (const toolset of agent.toolsets) {
      if ((toolsets.get(toolset.name) ?? toolset) !== toolset) {
        throw new RunwireError("invalid-agent", {
          message: `Two toolsets are named "${toolset.name}". A name must mean one toolset in a runtime: rename one of them, or share it.`,
        });
      }
      toolsets.set(toolset.name, toolset);
    }
    for (const tool of Object.values(agent.tools)) if (tool.kind === "agent") add(tool);
    for (const other of agent.handoffs) if (typeof other !== "string") add(other);
  };
  for (const agent of roots) add(agent);
  for (const agent of agents.values()) {
    for (const other of agent.handoffs) {
      if (typeof other === "string" && !agents.has(other)) {
        throw new RunwireError("unknown-agent", {
          message: `Agent "${agent.name}" hands off to "${other}", but no agent of that name is in this runtime. Add it to \`agents\`.`,
        });
      }
    }
  }
  return {
    agents,
    agent: (name) => agents.get(name),
    callee(scope, name) {
      const agent = agents.get(scope.stepAgent ?? scope.agent);
      if (agent === undefined) return undefined;
      if (Object.hasOwn(agent.tools, name)) {
        const tool = agent.tools[name];
        if (tool?.kind === "agent") return { type: "agent", agent: tool };
        if (tool?.kind === "tool") return { type: "tool", tool };
      }
      for (const other of agent.handoffs) {
        const to = typeof other === "string" ? other : other.name;
        if (handoffName(to) === name) return { type: "handoff", to };
      }
      return agent.toolsets.length === 0 ? undefined : { type: "toolset", agent };
    },
  };
}
