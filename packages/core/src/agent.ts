import type { StandardSchemaV1 } from "@standard-schema/spec";
import { checkAgentOptions } from "./check-agent-options.ts";
import type { AgentDefinition } from "./definition.ts";
import type { ModelRule } from "./model-choice.ts";
import type { JsonObject } from "./protocol/json.ts";
import type { Limits } from "./protocol/limits.ts";
import { runAgent } from "./run-agent.ts";
import { toInputSchema, toJsonSchema } from "./to-json-schema.ts";
import type { Toolset } from "./toolset.ts";
import type { Agent } from "./types/agent.ts";
import type { AgentTypes, DataIn, ToolSet, ToolsIn, TypesOf } from "./types/agent-types.ts";
import type { AcceptedJson, ParsedJson, PromptInput, TextOutput } from "./types/schema-types.ts";
import type { None } from "./types/tool-types.ts";

export interface AgentOptions<
  Name extends string,
  Tools extends ToolSet,
  Handoff extends AgentDefinition | string,
  Input extends StandardSchemaV1,
  Output extends StandardSchemaV1,
> {
  /** Unique among the agents that run together: 1 to 128 characters. */
  readonly name: Name;
  /**
   * A model, the name of one, several in order, each in case the one before it fails, or a function that chooses for
   * each step. Required to run, unless the run or the runtime gives one.
   */
  readonly model?: ModelRule;
  readonly instructions?: AgentDefinition["instructions"];
  /** What a parent's model reads when the agent is one of its tools. Default: made of the name. */
  readonly description?: string;
  /** By the name the model sees. An agent here is a sub-agent: the call runs it, and its answer is the output. */
  readonly tools?: Tools;
  /**
   * Tools that are known only while the agent runs, such as an MCP server's: `mcp({ … })`. They have no types here.
   */
  readonly toolsets?: readonly Toolset[];
  /**
   * Agents that may take over the conversation; the model sees each as the tool `transfer_to_<name>`. A name instead
   * of an agent closes a circle; it adds no types.
   */
  readonly handoffs?: readonly Handoff[];
  /** As a sub-agent: what the parent's model must give. Default `{ prompt: string }`, which becomes the user message. */
  readonly input?: Input;
  /** The answer is JSON that fits this schema. Default: text. */
  readonly output?: Output;
  /** Reaching one ends the run. Default: 50 steps. */
  readonly limits?: Limits;
  /** Tools that run at once. Default: all. */
  readonly concurrency?: number;
  /** Retries of a failed model call, for each of the agent's models. Default 3. */
  readonly maxRetries?: number;
}

/** The agents that take part in a run beside its own. */
type Others<Tools extends ToolSet, Handoff> = TypesOf<
  Extract<Tools[keyof Tools] | Handoff, AgentDefinition>
>;

type NameOf<Handoff> = Handoff extends AgentDefinition ? Handoff["name"] : Extract<Handoff, string>;

/** An agent that took over answers in the end. */
type OutputOfAgent<Handoff> = TypesOf<Extract<Handoff, AgentDefinition>>["output"];

/**
 * An agent: an immutable value that says what a model is told and what it may call.
 *
 * @example
 * const assistant = agent({ name: "assistant", model, instructions: "Be brief.", tools: { search } });
 * const answer = await assistant.run("Why is the sky blue?").result;
 */
export function agent<
  const Name extends string,
  Tools extends ToolSet = None,
  const Handoff extends AgentDefinition | string = never,
  Input extends StandardSchemaV1 = PromptInput,
  Output extends StandardSchemaV1 = TextOutput,
>(
  options: AgentOptions<Name, Tools, Handoff, Input, Output>,
): Agent<
  AgentTypes<
    Name,
    ToolsIn<Tools, NameOf<Handoff>, Others<Tools, Handoff>>,
    DataIn<Tools, Others<Tools, Handoff>>,
    ParsedJson<Output> | OutputOfAgent<Handoff>,
    AcceptedJson<Input>
  >
> {
  const { name, model, instructions, description, input, output } = options;
  const { tools = {}, toolsets = [], handoffs = [] } = options;
  const { concurrency = Number.POSITIVE_INFINITY, maxRetries = 3 } = options;
  checkAgentOptions(options);
  const owner = `agent "${name}"`;
  const made: Agent = {
    kind: "agent",
    name,
    ...(model !== undefined && { model: Array.isArray(model) ? Object.freeze([...model]) : model }),
    ...(instructions !== undefined && { instructions }),
    description: description ?? `Gives a task to the agent ${name} and returns its answer.`,
    tools: Object.freeze({ ...tools }),
    toolsets: Object.freeze([...toolsets]),
    handoffs: Object.freeze([...handoffs]),
    ...(input !== undefined && { input }),
    inputSchema: input === undefined ? promptInput : toInputSchema(input, owner),
    ...(output !== undefined && { output, outputSchema: toJsonSchema(output, owner) }),
    limits: Object.freeze({ steps: 50, ...options.limits }),
    concurrency,
    maxRetries,
    run: (message, runOptions) => runAgent(made, message, runOptions),
  };
  return Object.freeze(made) as ReturnType<typeof agent<Name, Tools, Handoff, Input, Output>>;
}

const promptInput: JsonObject = {
  type: "object",
  properties: { prompt: { type: "string", description: "The task, with all it takes to do it." } },
  required: ["prompt"],
  additionalProperties: false,
};
