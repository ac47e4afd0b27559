import type { AgentDefinition } from "../definition.ts";
import { maxEventBytes } from "../log/event-log.ts";
import type { ModelEvent } from "../model.ts";
import type { RunError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import type { AgentTools } from "./agent-tools.ts";
import { check } from "./check.ts";
import { handoffName } from "./registry.ts";
import type { Judged } from "./step-recorder.ts";

/** Whether a finished call can be taken: its arguments parse, its tool exists, and the input fits the schema. */
export async function judge(
  event: Extract<ModelEvent, { type: "tool.called" }>,
  agent: AgentDefinition,
  tools: AgentTools["tools"],
): Promise<Judged> {
  const input = parse(event.args);
  if (input === undefined) {
    return refuse("invalid-input", `The arguments of ${event.name} are not valid JSON.`);
  }
  if (event.args.length > maxEventBytes / 4) {
    return refuse("too-large", `The arguments of ${event.name} are too large.`);
  }
  if (event.executor === "provider") return { input, executor: "provider" };
  const tool = Object.hasOwn(tools, event.name) ? tools[event.name] : undefined;
  if (tool === undefined) {
    if (isHandoff(agent, event.name)) return { input };
    const names = Object.keys(tools).join(", ");
    return refuse(
      "unknown-tool",
      `There is no tool named "${event.name}". The tools are: ${names || "none"}.`,
    );
  }
  if (tool.input !== undefined) {
    const checked = await check(tool.input, input);
    if ("issues" in checked) {
      const message = `The input of ${event.name} does not fit its schema.`;
      return { error: { code: "invalid-input", message, details: checked.issues } };
    }
  }
  if (tool.kind === "agent" || tool.executor === "runtime") return { input };
  return { input, executor: "client", ...(tool.needsApproval === true && { needsApproval: true }) };
}

function isHandoff(agent: AgentDefinition, name: string): boolean {
  return agent.handoffs.some((to) => handoffName(typeof to === "string" ? to : to.name) === name);
}

/** `undefined`: not JSON. An empty text is what some models write for "no arguments". */
function parse(args: string): Json | undefined {
  if (args.trim() === "") return {};
  try {
    return JSON.parse(args) as Json;
  } catch {
    return undefined;
  }
}

function refuse(code: RunError["code"], message: string): Judged {
  return { error: { code, message } };
}
