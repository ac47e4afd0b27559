import { type ModelRequest, toTurns } from "@runwire/core";
import type { OpenAI } from "openai";
import type { OpenAIOptions } from "./options.ts";
import { askForJson, jsonSchemaFormat } from "./output-format.ts";
import { responseInput } from "./response-input.ts";
import { responseTools } from "./response-tools.ts";

type Body = OpenAI.Responses.ResponseCreateParamsStreaming;

/** The longest cache key that OpenAI takes. */
const maxCacheKey = 64;

/** The request's body. Nothing is left to the server's memory: each request carries the whole history. */
export function responseBody(
  model: string,
  request: ModelRequest,
  options: OpenAIOptions,
  { genuine, key }: { readonly genuine: boolean; readonly key: string },
): Body {
  const { store = false, reasoning, verbosity, extra = {} } = options;
  const reasons = reasoning !== undefined || isReasoning(model);
  const tools = responseTools(request.tools, options.hostedTools ?? []);
  const { output } = request;
  const format = output && jsonSchemaFormat(output);
  const instructions =
    output && format === undefined
      ? askForJson(request.instructions, output.schema)
      : request.instructions;
  const include = [
    // Refused for models that do not reason, and what the others need back of their thoughts.
    ...(reasons ? (["reasoning.encrypted_content"] as const) : []),
    ...((extra.include ?? []) as OpenAI.Responses.ResponseIncludable[]),
  ];
  return {
    model,
    input: responseInput(toTurns(request.messages, key), reasons),
    store,
    ...(instructions !== undefined && { instructions }),
    ...(tools.length > 0 && { tools }),
    ...(tools.length > 0 &&
      options.parallelToolCalls !== undefined && {
        parallel_tool_calls: options.parallelToolCalls,
      }),
    ...((format ?? verbosity) && {
      text: {
        ...(format && { format: { type: "json_schema", ...format } }),
        ...(verbosity && { verbosity }),
      },
    }),
    ...(reasoning && { reasoning: { ...reasoning } }),
    ...(options.temperature !== undefined && { temperature: options.temperature }),
    ...(options.topP !== undefined && { top_p: options.topP }),
    ...(options.maxOutputTokens !== undefined && { max_output_tokens: options.maxOutputTokens }),
    ...(options.serviceTier !== undefined && { service_tier: options.serviceTier }),
    ...(genuine && request.thread.length <= maxCacheKey && { prompt_cache_key: request.thread }),
    ...(store && { metadata: { run: request.run, thread: request.thread } }),
    ...extra,
    ...(include.length > 0 && { include }),
    stream: true,
  };
}

/** OpenAI's models reason, except these older ones and those made for chatting. */
function isReasoning(model: string): boolean {
  return !/(^|[/:])(gpt-[34]|chatgpt-4)|-chat(-|$)/.test(model);
}
