import type { Client, RequestOptions } from "@modelcontextprotocol/client";
import type { ToolDefinition, ToolsByName, Toolset } from "@runwire/core";
import type { Content } from "@runwire/core/protocol";
import { Connection } from "./connection.ts";
import { checkOptions, type McpOptions } from "./options.ts";
import { getPrompt, listPrompts, type McpOpening, type McpPrompt } from "./prompts.ts";
import { listResources, type McpResources, readResource, resourceTools } from "./resource-tools.ts";
import { toTool } from "./to-tool.ts";
import { toolName } from "./tool-name.ts";

/**
 * An MCP server, for agents' `toolsets`. What it has for applications rather than for models is here: these methods use
 * the runtimes' connection, and make one for themselves where there is none. They reject with an `McpError`.
 */
export interface McpServer extends Toolset {
  readonly kind: "mcp";
  /** What the server has to read. */
  resources(): Promise<McpResources>;
  /** A resource, as content for a message: `agent.run([{ type: "text", text }, ...content])`. */
  readResource(uri: string): Promise<readonly Content[]>;
  /** The prompts that the server can write. */
  prompts(): Promise<readonly McpPrompt[]>;
  /** A prompt to start a run with: `agent.run(input, { history })`. */
  prompt(name: string, args?: { readonly [name: string]: string }): Promise<McpOpening>;
}

/**
 * The tools of an MCP server, over stdio or Streamable HTTP. It connects when an agent first needs them, once for all
 * runtimes that hold it; a broken connection is made anew when it is needed again.
 *
 * @example
 * const files = mcp({ name: "files", command: "npx", args: ["-y", "@modelcontextprotocol/server-filesystem", "."] });
 * const assistant = agent({ name: "assistant", model, toolsets: [files] });
 *
 * @throws McpError `invalid` for options that cannot work.
 */
export function mcp(options: McpOptions): McpServer {
  checkOptions(options);
  const { name } = options;
  const connection: Connection = new Connection(options, (client, request) =>
    listTools(client, request, connection, options),
  );

  const held = async <T>(use: () => Promise<T>): Promise<T> => {
    const release = connection.hold();
    try {
      return await use();
    } finally {
      await release();
    }
  };

  return Object.freeze<McpServer>({
    kind: "mcp",
    name,
    open() {
      const release = connection.hold();
      return { tools: () => connection.tools(), close: release };
    },
    resources: () => held(() => listResources(connection)),
    readResource: (uri) => held(() => readResource(connection, uri)),
    prompts: () => held(() => listPrompts(connection)),
    prompt: (prompt, args = {}) => held(() => getPrompt(connection, prompt, args)),
  });
}

async function listTools(
  client: Client,
  request: RequestOptions,
  connection: Connection,
  options: McpOptions,
): Promise<ToolsByName> {
  const { name: server, tools: wanted, resources = false } = options;
  const { tools } = await client.listTools(undefined, request);
  const chosen = wanted === undefined ? tools : tools.filter(({ name }) => wanted.includes(name));
  const named = chosen.map((tool): [string, ToolDefinition] => [
    toolName(server, tool.name),
    toTool(tool, connection, options),
  ]);
  const hasResources = resources && client.getServerCapabilities()?.resources !== undefined;
  return {
    ...(hasResources && resourceTools(server, connection)),
    ...Object.fromEntries(named),
  };
}
