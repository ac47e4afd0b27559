import type { Prompt, PromptMessage } from "@modelcontextprotocol/client";
import type { Content, Message } from "@runwire/core/protocol";
import type { Connection } from "./connection.ts";
import { toContent } from "./content.ts";
import { McpError } from "./mcp-error.ts";

/** A conversation's beginning that a server can write. */
export interface McpPrompt {
  readonly name: string;
  readonly description?: string;
  readonly arguments: readonly McpPromptArgument[];
}

export interface McpPromptArgument {
  readonly name: string;
  readonly description?: string;
  readonly required: boolean;
}

/** What a prompt came to, as a run is started with it: `agent.run(input, { history })`. */
export interface McpOpening {
  readonly input: readonly Content[];
  readonly history: readonly Message[];
}

export async function listPrompts(connection: Connection): Promise<readonly McpPrompt[]> {
  const { prompts } = await connection.request((client, options) =>
    client.listPrompts(undefined, options),
  );
  return prompts.map(toPrompt);
}

/** @throws McpError `failed` also for a prompt that does not end with something for an agent to answer. */
export async function getPrompt(
  connection: Connection,
  name: string,
  args: { readonly [name: string]: string },
): Promise<McpOpening> {
  const { messages } = await connection.request((client, options) =>
    client.getPrompt({ name, arguments: { ...args } }, options),
  );
  const ends = messages.findLastIndex(({ role }) => role !== "user") + 1;
  const input = messages.slice(ends).map(({ content }) => toContent(content));
  if (input.length === 0) {
    throw new McpError("failed", {
      message: `The prompt "${name}" leaves nothing to be answered.`,
    });
  }
  return { input, history: messages.slice(0, ends).map(toMessage) };
}

function toPrompt({ name, description, arguments: args = [] }: Prompt): McpPrompt {
  return {
    name,
    ...(description !== undefined && { description }),
    arguments: args.map((one) => ({
      name: one.name,
      ...(one.description !== undefined && { description: one.description }),
      required: one.required ?? false,
    })),
  };
}

function toMessage({ role, content }: PromptMessage): Message {
  return { id: `prompt_${crypto.randomUUID()}`, role, parts: [toContent(content)] };
}
