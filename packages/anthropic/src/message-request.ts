import type { Anthropic } from "@anthropic-ai/sdk";
import { type ModelRequest, type Turn, toTurns } from "@runwire/core";
import { markLast, markMessages } from "./cache-marks.ts";
import { type InputMessage, messageInput } from "./message-input.ts";
import type { ContainerData } from "./message-reply.ts";
import type { AnthropicOptions } from "./options.ts";
import { askForJson, jsonSchemaFormat } from "./output-format.ts";

type Body = Anthropic.MessageCreateParamsStreaming;

/** The request's body. Nothing is left to the server's memory: each request carries the whole history. */
export function messageBody(
  model: string,
  request: ModelRequest,
  options: AnthropicOptions,
  { genuine, key }: { readonly genuine: boolean; readonly key: string },
): Body {
  const { output } = request;
  const {
    reasoning,
    cache = "5m",
    structuredOutput = genuine ? "schema" : "instructions",
  } = options;
  const turns = toTurns(request.messages, key);
  const format =
    output && structuredOutput === "schema" ? jsonSchemaFormat(output.schema) : undefined;
  const instructions =
    output && format === undefined
      ? askForJson(request.instructions, output.schema)
      : request.instructions;
  const effort = reasoning ? reasoning.effort : undefined;
  const thinking = reasoning === undefined ? undefined : thinkingConfig(reasoning);
  // The API refuses citations together with a format.
  const messages = messageInput(turns, options.citations === true && output === undefined);
  const tools = requestTools(request, options, turns);
  const choice = toolChoice(options, request, messages);
  const container = lastContainer(turns);
  const mark = cache && { type: "ephemeral" as const, ...(cache === "1h" && { ttl: cache }) };
  return {
    model,
    max_tokens: options.maxOutputTokens ?? defaultMax(model, thinking),
    ...(instructions !== undefined && {
      system: mark ? markLast([{ type: "text", text: instructions }], mark) : instructions,
    }),
    ...(tools.length > 0 && { tools: mark ? markLast(tools, mark) : tools }),
    ...(tools.length > 0 && choice && { tool_choice: choice }),
    messages: mark ? markMessages(messages, mark) : messages,
    ...(thinking && { thinking }),
    ...((format ?? effort) && {
      output_config: { ...(effort && { effort }), ...(format && { format }) },
    }),
    ...(options.temperature !== undefined && { temperature: options.temperature }),
    ...(options.topP !== undefined && { top_p: options.topP }),
    ...(options.serviceTier !== undefined && { service_tier: options.serviceTier }),
    ...(container !== undefined && { container }),
    ...options.extra,
    stream: true,
  };
}

function thinkingConfig(
  reasoning: NonNullable<AnthropicOptions["reasoning"]>,
): Anthropic.ThinkingConfigParam {
  if (reasoning === false) return { type: "disabled" };
  const { budgetTokens, summary } = reasoning;
  const display = summary === undefined ? undefined : summary ? "summarized" : "omitted";
  return {
    ...(budgetTokens === undefined
      ? { type: "adaptive" as const }
      : { type: "enabled" as const, budget_tokens: budgetTokens }),
    ...(display && { display }),
  };
}

/** The API wants a number, refuses one that is too high for the model, and thinking must leave room for the answer. */
function defaultMax(model: string, thinking: Anthropic.ThinkingConfigParam | undefined): number {
  if (/claude-3-(opus|sonnet|haiku)/.test(model)) return 4_096;
  if (/claude-3-5-/.test(model)) return 8_192;
  const budget = thinking?.type === "enabled" ? thinking.budget_tokens : 0;
  return Math.max(32_000, budget + 8_192);
}

/** The agent's tools and Anthropic's. */
function requestTools(
  { tools: specs }: ModelRequest,
  { hostedTools = [], eagerToolInput = false }: AnthropicOptions,
  turns: readonly Turn[],
): Anthropic.ToolUnion[] {
  const tools: Anthropic.ToolUnion[] = [
    ...specs.map(({ name, description, input }) => ({
      name,
      description,
      input_schema: { ...input } as Anthropic.Tool.InputSchema,
      ...(eagerToolInput && { eager_input_streaming: true }),
    })),
    ...hostedTools,
  ];
  if (tools.length > 0) return tools;
  // An agent without tools may follow one that had some: the API wants what the history calls to be declared.
  const called = turns.flatMap((turn) =>
    turn.role === "tool" ? turn.results.map(({ name }) => name) : [],
  );
  return [...new Set(called)].map((name) => ({ name, input_schema: { type: "object" } }));
}

function toolChoice(
  { toolChoice: choice = "auto", parallelToolCalls, hostedTools = [] }: AnthropicOptions,
  { tools }: ModelRequest,
  messages: readonly InputMessage[],
): Anthropic.ToolChoice | undefined {
  if (choice === "none" || tools.length + hostedTools.length === 0) return { type: "none" };
  const single = parallelToolCalls === false && { disable_parallel_tool_use: true };
  // What answers a call is no message.
  const answered = messages.at(-1)?.content.some(({ type }) => type === "tool_result");
  if (choice === "auto" || answered) return single ? { type: "auto", ...single } : undefined;
  if (choice === "any") return { type: "any", ...single };
  return { type: "tool", name: choice.tool, ...single };
}

/** The newest container, unless it is gone. */
function lastContainer(turns: readonly Turn[]): string | undefined {
  const parts = turns.flatMap((turn) => (turn.role === "assistant" ? turn.parts : []));
  for (const { provider } of parts.toReversed()) {
    const data = provider as Partial<ContainerData> | undefined;
    if (data?.container === undefined) continue;
    const { id, expires_at: end } = data.container;
    return Date.parse(end) > Date.now() ? id : undefined;
  }
  return undefined;
}
