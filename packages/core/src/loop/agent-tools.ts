import { isToolName } from "../check-agent-options.ts";
import type { AgentDefinition, ToolDefinition } from "../definition.ts";
import type { RunState } from "../protocol/state.ts";
import type { OpenToolset, ToolsByName, Toolset } from "../toolset.ts";
import { cutText, messageOf } from "./message-of.ts";
import { handoffName } from "./registry.ts";

/** What an error of a toolset may say to the model, in UTF-16 units. */
const maxReason = 500;

/** What an agent can call now. */
export interface AgentTools {
  /** Its own tools and those of its toolsets, by the name the model sees. */
  readonly tools: { readonly [name: string]: ToolDefinition | AgentDefinition };
  /** The toolsets that gave none, and why. */
  readonly missing: readonly MissingToolset[];
}

export interface MissingToolset {
  readonly toolset: string;
  readonly reason: string;
}

/** The toolsets of all agents of a runtime. */
export interface OpenToolsets {
  /** What the agent can call now in this run. Never rejects, and is no promise for an agent without toolsets. */
  toolsOf(agent: AgentDefinition, state: RunState): AgentTools | Promise<AgentTools>;
  close(): Promise<void>;
}

export function openToolsets(): OpenToolsets {
  const opened = new Map<Toolset, OpenToolset>();
  let closed = false;

  const ask = async (toolset: Toolset): Promise<Answer> => {
    try {
      if (closed) throw new Error("The runtime is closed.");
      const open = opened.get(toolset) ?? toolset.open();
      opened.set(toolset, open);
      return { tools: checked(await open.tools()) };
    } catch (error) {
      return { missing: { toolset: toolset.name, reason: cutText(messageOf(error), maxReason) } };
    }
  };

  const askAll = async (agent: AgentDefinition, state: RunState): Promise<AgentTools> => {
    const answers = await Promise.all(chosen(agent.toolsets, state).map(ask));
    const tools = new Map(Object.entries(agent.tools));
    for (const [name, tool] of answers.flatMap((answer) => answer.tools ?? [])) {
      if (!tools.has(name)) tools.set(name, tool);
    }
    return {
      tools: Object.fromEntries(tools),
      missing: answers.flatMap((answer) => answer.missing ?? []),
    };
  };

  return {
    toolsOf(agent, state) {
      if (agent.toolsets.length === 0) return { tools: agent.tools, missing: [] };
      return askAll(agent, state);
    },
    async close() {
      closed = true;
      await Promise.all([...opened.values()].map((toolset) => toolset.close()));
    },
  };
}

/** One of the two. */
interface Answer {
  readonly tools?: readonly (readonly [string, ToolDefinition])[];
  readonly missing?: MissingToolset;
}

/** A run that names MCP servers has those and no others. */
function chosen(toolsets: readonly Toolset[], { mcpServers }: RunState): readonly Toolset[] {
  if (mcpServers === undefined) return toolsets;
  return toolsets.filter(({ kind, name }) => kind !== "mcp" || mcpServers.includes(name));
}

/** A toolset that breaks its contract is one that is down: better than a request that no model takes. */
function checked(tools: ToolsByName): readonly (readonly [string, ToolDefinition])[] {
  const entries = Object.entries(tools);
  for (const [name, { kind, executor }] of entries) {
    if (!isToolName(name) || name.startsWith(handoffName(""))) {
      throw new Error(
        `It has a tool named ${JSON.stringify(name)}, which no model can be told of.`,
      );
    }
    if (kind !== "tool" || executor !== "runtime") {
      throw new Error(`Its tool "${name}" is none that the runtime can run.`);
    }
  }
  return entries;
}
