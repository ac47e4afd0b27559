import type { AgentDefinition } from "../definition.ts";
import type { ModelRequest, ToolSpec } from "../model.ts";
import type { Message } from "../protocol/message.ts";
import type { History, RunState } from "../protocol/state.ts";
import type { AgentTools, MissingToolset } from "./agent-tools.ts";
import { scopeOf } from "./calls.ts";
import { handoffName, type Registry } from "./registry.ts";

/** What an agent's model is asked now: history, tools and output schema, from the state alone. */
export function modelRequest(
  state: RunState,
  scope: string | undefined,
  agent: AgentDefinition,
  options: {
    readonly registry: Registry;
    readonly instructions: string | undefined;
    readonly tools: AgentTools;
    /** The runs before this one: the root's history begins with them. */
    readonly earlier: History;
  },
): ModelRequest {
  const { registry, instructions, tools, earlier } = options;
  const at = scopeOf(state, scope) ?? state;
  const note =
    at.rejected === undefined
      ? undefined
      : `Your last answer did not fit the required schema: ${at.rejected.message} Answer again with only the corrected JSON.`;
  const text = [instructions, ...tools.missing.map(absence), note]
    .filter((part) => part !== undefined)
    .join("\n\n");
  return {
    ...(text !== "" && { instructions: text }),
    messages: messagesFor(state, scope, earlier),
    tools: toolSpecs(tools, agent, registry),
    ...(agent.outputSchema !== undefined && {
      output: { name: agent.name, schema: agent.outputSchema },
    }),
    run: state.run,
    thread: state.thread,
  };
}

/** The history that a scope's model is told. */
export function messagesFor(
  state: RunState,
  scope: string | undefined,
  earlier: History,
): readonly Message[] {
  const { messages } = scopeOf(state, scope) ?? state;
  // An attempt that was reverted may have left an empty message: the next one is asked the same as it was.
  const own = messages.filter(({ role, parts }) => role === "user" || parts.length > 0);
  return scope === undefined ? [...earlier, ...own] : own;
}

/** The agent's instructions for this run; the application's own code may make them. */
export async function instructionsOf(
  agent: AgentDefinition,
  state: RunState,
  principal: string | undefined,
): Promise<string | undefined> {
  if (typeof agent.instructions !== "function") return agent.instructions;
  const { run, thread } = state;
  return agent.instructions({
    run,
    thread,
    ...(principal !== undefined && { principal }),
    state: state.state,
  });
}

/** What is known of a toolset that does not answer: so that the model can say what it could not do. */
export function absence({ toolset, reason }: MissingToolset): string {
  return `The tools of "${toolset}" cannot be used now: ${reason}`;
}

function toolSpecs(
  { tools }: AgentTools,
  agent: AgentDefinition,
  registry: Registry,
): readonly ToolSpec[] {
  const specs: ToolSpec[] = Object.entries(tools).map(([name, tool]) => ({
    name,
    description: tool.description,
    input: tool.inputSchema,
  }));
  for (const other of agent.handoffs) {
    const to = typeof other === "string" ? registry.agent(other) : other;
    if (to === undefined) continue;
    specs.push({
      name: handoffName(to.name),
      description: `Hand the conversation over to ${to.name}: ${to.description}`,
      input: { type: "object", properties: {}, additionalProperties: false },
    });
  }
  return specs;
}
