import type { AgentDefinition } from "../definition.ts";
import type { Json } from "../protocol/json.ts";
import type { Message, ToolPart } from "../protocol/message.ts";

/**
 * The history a sub-agent begins with: one user message made of the call's input. With the default input
 * `{ prompt }` it is the prompt; with a schema of the agent's own it is the input as JSON.
 */
export function subAgentMessages(
  agent: AgentDefinition,
  run: string,
  part: ToolPart,
): readonly Message[] {
  const text = agent.input === undefined ? prompt(part.input) : JSON.stringify(part.input);
  return [{ id: `${run}.${part.call}`, role: "user", parts: [{ type: "text", text }] }];
}

function prompt(input: Json | undefined): string {
  if (typeof input === "object" && input !== null && "prompt" in input) {
    const { prompt } = input as { readonly prompt?: Json };
    if (typeof prompt === "string") return prompt;
  }
  return JSON.stringify(input ?? null);
}
