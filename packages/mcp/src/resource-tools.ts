import { fromJsonSchema } from "@modelcontextprotocol/client";
import { type ToolsByName, tool, toolOutput } from "@runwire/core";
import type { Content } from "@runwire/core/protocol";
import type { Connection } from "./connection.ts";
import { fromResource, textOf } from "./content.ts";
import { toolName } from "./tool-name.ts";

/** Something that a server has to read. */
export interface McpResource {
  readonly uri: string;
  readonly name: string;
  readonly description?: string;
  readonly mediaType?: string;
}

/** What the server has to read, and the patterns (RFC 6570) of more. */
export interface McpResources {
  readonly resources: readonly McpResource[];
  readonly templates: readonly McpResource[];
}

export async function listResources(connection: Connection): Promise<McpResources> {
  const { resources } = await connection.request((client, options) =>
    client.listResources(undefined, options),
  );
  const { resourceTemplates } = await connection.request((client, options) =>
    client.listResourceTemplates(undefined, options),
  );
  return {
    resources: resources.map((one) => described(one.uri, one)),
    templates: resourceTemplates.map((one) => described(one.uriTemplate, one)),
  };
}

export async function readResource(
  connection: Connection,
  uri: string,
  signal?: AbortSignal,
): Promise<readonly Content[]> {
  const { contents } = await connection.request(
    (client, options) => client.readResource({ uri }, options),
    signal === undefined ? {} : { signal },
  );
  return contents.map(fromResource);
}

/** The model's way to a server's resources: what there is, and one of it. */
export function resourceTools(server: string, connection: Connection): ToolsByName {
  return {
    [toolName(server, "list_resources")]: tool({
      description: `Lists what "${server}" has to read: resources by their URI, and templates of URIs.`,
      idempotent: true,
      execute: () => listResources(connection),
    }),
    [toolName(server, "read_resource")]: tool({
      description: `Reads a resource of "${server}" by its URI.`,
      input: fromJsonSchema<{ uri: string }>({
        type: "object",
        properties: { uri: { type: "string" } },
        required: ["uri"],
        additionalProperties: false,
      }),
      idempotent: true,
      async execute({ uri }, { signal }) {
        const contents = await readResource(connection, uri, signal);
        return toolOutput(textOf(contents), contents);
      },
    }),
  };
}

function described(
  uri: string,
  one: {
    readonly name: string;
    readonly description?: string | undefined;
    readonly mimeType?: string | undefined;
  },
): McpResource {
  const { name, description, mimeType } = one;
  return {
    uri,
    name,
    ...(description !== undefined && { description }),
    ...(mimeType !== undefined && { mediaType: mimeType }),
  };
}
