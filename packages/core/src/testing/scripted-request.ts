import type { ModelRequest } from "../model.ts";
import type { Json } from "../protocol/json.ts";
import type { Message, ToolPart } from "../protocol/message.ts";

/**
 * How many steps the asked agent has made since the newest user message: the history alone tells, so every process
 * that takes up the run gives the same answers. Steps of an agent that handed over are not counted.
 */
export function stepsSoFar(request: ModelRequest): number {
  const messages = sinceUser(request);
  const agent = messages
    .flatMap(toolParts)
    .map(handedTo)
    .findLast((to) => to !== undefined);
  const steps = new Set<string>();
  for (const message of messages) {
    if (agent !== undefined && message.agent !== agent) continue;
    for (const part of message.parts) {
      if ("step" in part && part.step !== undefined) steps.add(`${message.id} ${part.step}`);
    }
  }
  return steps.size;
}

/** The id of the newest user message: with the run, it tells turns and sub-agents apart. */
export function turnOf(request: ModelRequest): string {
  const user = request.messages.findLast(({ role }) => role === "user");
  return `${request.run} ${user?.id ?? ""}`;
}

/** The outputs of all completed calls in the request's history, or of one tool's; oldest first. */
export function outputs(request: ModelRequest, tool?: string): readonly Json[] {
  return request.messages
    .flatMap(toolParts)
    .filter(({ name, status }) => status === "completed" && (tool === undefined || name === tool))
    .map(({ output }) => output ?? null);
}

/** The newest of {@link outputs}; `undefined` while there is none. */
export function lastOutput(request: ModelRequest, tool?: string): Json | undefined {
  return outputs(request, tool).at(-1);
}

function sinceUser({ messages }: ModelRequest): readonly Message[] {
  return messages.slice(messages.findLastIndex(({ role }) => role === "user") + 1);
}

function toolParts({ parts }: Message): readonly ToolPart[] {
  return parts.filter((part) => part.type === "tool");
}

/** The agent that a completed hand-off went to. */
function handedTo({ name, status, output }: ToolPart): string | undefined {
  if (!name.startsWith("transfer_to_") || status !== "completed") return undefined;
  const { agent } = output as { readonly agent?: Json };
  return typeof agent === "string" ? agent : undefined;
}
