import { type ModelRequest, toTurns } from "@runwire/core";
import type { OpenAI } from "openai";
import { chatMessages } from "./chat-messages.ts";
import type { OpenAIChatOptions } from "./options.ts";
import { askForJson, jsonSchemaFormat } from "./output-format.ts";
import { toStrictSchema } from "./strict-schema.ts";

type Body = OpenAI.ChatCompletionCreateParamsStreaming;

/** The request's body. It says no more than it must: many servers refuse fields that they do not know. */
export function chatBody(
  model: string,
  request: ModelRequest,
  options: OpenAIChatOptions,
  { genuine, key }: { readonly genuine: boolean; readonly key: string },
): Body {
  const { output, tools } = request;
  const format =
    output && options.structuredOutput !== "json" ? jsonSchemaFormat(output) : undefined;
  const inWords = output !== undefined && format === undefined;
  const instructions = inWords
    ? askForJson(request.instructions, output.schema)
    : request.instructions;
  const { maxOutputTokens, parallelToolCalls, reasoning, extra } = options;
  return {
    model,
    messages: chatMessages(toTurns(request.messages, key), instructions),
    stream_options: { include_usage: true },
    ...(tools.length > 0 && { tools: tools.map(functionTool) }),
    ...(tools.length > 0 &&
      parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
    ...(format && { response_format: { type: "json_schema", json_schema: format } }),
    ...(inWords && output.schema.type === "object" && { response_format: { type: "json_object" } }),
    ...(options.verbosity !== undefined && { verbosity: options.verbosity }),
    ...(reasoning?.effort !== undefined && { reasoning_effort: reasoning.effort }),
    ...(options.temperature !== undefined && { temperature: options.temperature }),
    ...(options.topP !== undefined && { top_p: options.topP }),
    ...(maxOutputTokens !== undefined &&
      // OpenAI's reasoning models refuse the old name, other servers may not know the new one.
      (genuine ? { max_completion_tokens: maxOutputTokens } : { max_tokens: maxOutputTokens })),
    ...(options.serviceTier !== undefined && {
      service_tier: options.serviceTier as NonNullable<Body["service_tier"]>,
    }),
    ...extra,
    stream: true,
  };
}

function functionTool({
  name,
  description,
  input,
}: ModelRequest["tools"][number]): OpenAI.ChatCompletionFunctionTool {
  const strict = toStrictSchema(input);
  const parameters = { ...(strict ?? input) };
  // To leave `strict` out means false here, and keeps the request plain.
  return {
    type: "function",
    function: { name, description, parameters, ...(strict && { strict: true }) },
  };
}
