import type { ToolSpec } from "@runwire/core";
import type { OpenAI } from "openai";
import type { HostedTool } from "./options.ts";
import { toStrictSchema } from "./strict-schema.ts";

/** The agent's tools and OpenAI's own. A custom tool takes the place of the agent's tool of that name. */
export function responseTools(
  specs: readonly ToolSpec[],
  hosted: readonly HostedTool[],
): OpenAI.Responses.Tool[] {
  const custom = new Set(hosted.flatMap((tool) => (tool.type === "custom" ? [tool.name] : [])));
  const functions = specs.filter(({ name }) => !custom.has(name)).map(functionTool);
  return [
    ...functions,
    ...hosted.map((tool) => {
      const spec = tool.type === "custom" && specs.find(({ name }) => name === tool.name);
      return spec ? { description: spec.description, ...tool } : tool;
    }),
  ];
}

/** The one string field of the tool for which a custom tool stands in: what takes its text. */
export function customField(specs: readonly ToolSpec[], name: string): string | undefined {
  const properties = specs.find((spec) => spec.name === name)?.input.properties ?? {};
  const [field, ...more] = Object.keys(properties);
  return more.length === 0 ? field : undefined;
}

function functionTool({ name, description, input }: ToolSpec): OpenAI.Responses.FunctionTool {
  const strict = toStrictSchema(input);
  return {
    type: "function",
    name,
    description,
    parameters: { ...(strict ?? input) },
    // To leave it out would mean true.
    strict: strict !== undefined,
  };
}
