import type { AgentDefinition, ToolDefinition } from "./definition.ts";
import { handoffName } from "./loop/registry.ts";
import type { ModelRule } from "./model-choice.ts";
import { isModel } from "./models.ts";
import type { Limits } from "./protocol/limits.ts";
import { isId } from "./protocol/order-rule.ts";
import { RunwireError, type RunwireErrorCode } from "./runwire-error.ts";
import type { Toolset } from "./toolset.ts";

/** What every provider of models takes as a tool's name. */
const toolName = /^[a-zA-Z0-9_-]{1,64}$/;

export const isToolName = (name: string): boolean => toolName.test(name);

interface Checked {
  readonly name: string;
  readonly model?: ModelRule;
  readonly tools?: { readonly [name: string]: ToolDefinition | AgentDefinition };
  readonly toolsets?: readonly Toolset[];
  readonly handoffs?: readonly (AgentDefinition | string)[];
  readonly limits?: Limits;
  readonly concurrency?: number;
  readonly maxRetries?: number;
}

/** Refuses what would fail later, in the middle of a run: throws `invalid-agent` or `duplicate-agent`. */
export function checkAgentOptions(options: Checked): void {
  const { name, tools = {}, handoffs = [], limits = {}, concurrency = 1, maxRetries = 0 } = options;
  const refuse = (reason: string, code: RunwireErrorCode = "invalid-agent"): never => {
    throw new RunwireError(code, { message: `agent ${JSON.stringify(name)}: ${reason}` });
  };
  if (typeof name !== "string" || !isId(name)) {
    refuse("`name` must be 1 to 128 characters without control characters.");
  }
  checkModel(options.model, refuse);
  for (const [key, held] of Object.entries(tools)) checkTool(key, held, refuse);
  for (const toolset of options.toolsets ?? []) checkToolset(toolset, refuse);
  checkHandoffs(name, handoffs, refuse);
  for (const [limit, value] of Object.entries(limits)) {
    if (!(value > 0)) refuse(`limits.${limit} is ${value}. Give a number above 0.`);
  }
  if (!(concurrency >= 1))
    refuse(`concurrency is ${concurrency}: no tool could ever run. Give at least 1.`);
  if (!(maxRetries >= 0)) refuse(`maxRetries is ${maxRetries}. Give 0 or more.`);
}

type Refuse = (reason: string, code?: RunwireErrorCode) => never;

function checkModel(model: ModelRule | undefined, refuse: Refuse): void {
  if (model === undefined || typeof model === "function") return;
  const listed = Array.isArray(model) ? (model as readonly unknown[]) : [model];
  if (listed.length === 0) refuse("`model` is an empty list. Name a model, or leave it out.");
  if (listed.every((one) => isModel(one) || (typeof one === "string" && one !== ""))) return;
  refuse(
    '`model` is none. Give what an adapter makes, such as openai("gpt-5"), the name of one, a list of those, or a function that returns one of them.',
  );
}

function checkTool(key: string, held: unknown, refuse: Refuse): void {
  if (!toolName.test(key)) {
    refuse(
      `no model takes ${JSON.stringify(key)} as a tool's name. Use 1 to 64 of a-z, A-Z, 0-9, _ and -.`,
    );
  }
  if (key.startsWith(handoffName(""))) {
    refuse(
      `the tool name "${key}" is how a model sees a hand-off. Rename it, or use \`handoffs\`.`,
    );
  }
  const kind = (held as { readonly kind?: unknown } | undefined)?.kind;
  if (kind !== "tool" && kind !== "agent") {
    refuse(
      `tools.${key} is neither a tool nor an agent. Make it with tool(), clientTool() or agent().`,
    );
  }
}

function checkToolset(toolset: Toolset, refuse: Refuse): void {
  const { name, open } = toolset as Partial<Toolset>;
  if (typeof open !== "function" || typeof name !== "string" || !isId(name)) {
    refuse("one of its `toolsets` is none. Make it with mcp(), or give it a `name` and `open`.");
  }
}

function checkHandoffs(
  name: string,
  handoffs: readonly (AgentDefinition | string)[],
  refuse: Refuse,
): void {
  const seen = new Set<string>();
  for (const other of handoffs) {
    const to = typeof other === "string" ? other : other.name;
    if (!toolName.test(handoffName(to))) {
      refuse(
        `a model would see the hand-off to ${JSON.stringify(to)} as "${handoffName(to)}", which none takes as a tool's name. Name that agent with at most 52 of a-z, A-Z, 0-9, _ and -.`,
      );
    }
    if (to === name) refuse("it hands off to itself. Take it out of `handoffs`.");
    if (seen.has(to)) {
      refuse(`two of its handoffs are named "${to}". Rename one of them.`, "duplicate-agent");
    }
    seen.add(to);
  }
}
