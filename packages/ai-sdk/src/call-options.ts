import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { type ModelRequest, toTurns } from "@runwire/core";
import type { JsonObject } from "@runwire/core/protocol";
import type { AiSdkOptions, ModelV4 } from "./options.ts";
import { toPrompt } from "./prompt.ts";

type Call = LanguageModelV4CallOptions;

/** What a provider is asked. */
export async function callOptions(
  model: ModelV4,
  request: ModelRequest,
  options: AiSdkOptions,
  key: string,
): Promise<Call> {
  const { output } = request;
  const inWords = options.structuredOutput === "instructions";
  const instructions =
    output && inWords ? askForJson(request.instructions, output.schema) : request.instructions;
  const turns = toTurns(request.messages, key);
  const tools = requestTools(request, options);
  const choice = toolChoice(options, turns.at(-1)?.role === "user");
  return {
    prompt: toPrompt(turns, instructions, await model.supportedUrls),
    ...(tools.length > 0 && { tools }),
    ...(tools.length > 0 && choice && { toolChoice: choice }),
    ...(output && { responseFormat: responseFormat(output, inWords) }),
    ...settings(options),
  };
}

function settings({
  stopSequences,
  toolChoice: _,
  hostedTools: __,
  structuredOutput: ___,
  price: ____,
  ...settings
}: AiSdkOptions): Omit<Call, "prompt" | "responseFormat"> {
  return { ...settings, ...(stopSequences && { stopSequences: [...stopSequences] }) };
}

function requestTools(
  { tools: specs }: ModelRequest,
  { hostedTools = {} }: AiSdkOptions,
): NonNullable<Call["tools"]> {
  const functions = specs
    .filter(({ name }) => !Object.hasOwn(hostedTools, name))
    .map(({ name, description, input }) => ({
      type: "function" as const,
      name,
      description,
      inputSchema: { ...input } as LanguageModelV4FunctionTool["inputSchema"],
    }));
  const hosted = Object.entries(hostedTools).map(([name, { id, args }]) => ({
    type: "provider" as const,
    id,
    name,
    args,
  }));
  return [...functions, ...hosted];
}

function toolChoice(
  { toolChoice: choice = "auto" }: AiSdkOptions,
  asked: boolean,
): Call["toolChoice"] {
  if (choice === "none") return { type: "none" };
  if (choice === "auto" || !asked) return undefined;
  return choice === "required" ? { type: choice } : { type: "tool", toolName: choice.tool };
}

function responseFormat(
  { name, schema }: NonNullable<ModelRequest["output"]>,
  inWords: boolean,
): NonNullable<Call["responseFormat"]> {
  if (inWords) return schema.type === "object" ? { type: "json" } : { type: "text" };
  return {
    type: "json",
    name,
    schema: { ...schema } as LanguageModelV4FunctionTool["inputSchema"],
  };
}

/** The agent's instructions, followed by words that ask for the output. */
function askForJson(instructions: string | undefined, schema: JsonObject): string {
  const ask = `Answer with nothing but JSON that fits this JSON Schema:\n${JSON.stringify(schema)}`;
  return instructions === undefined ? ask : `${instructions}\n\n${ask}`;
}
