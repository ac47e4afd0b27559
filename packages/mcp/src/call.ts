import type { Progress } from "@modelcontextprotocol/client";
import type { ToolContext, ToolOutput } from "@runwire/core";
import type { Json, JsonObject } from "@runwire/core/protocol";
import type { Connection } from "./connection.ts";
import { toFailure, toOutput } from "./content.ts";
import { McpError } from "./mcp-error.ts";

/** How far a call is, as the server tells it. */
export interface McpProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/**
 * Calls a tool: yields its progress, returns what it came to. The signal cancels the call at the server too. Of progress
 * that comes faster than the log takes it, the newest is told: a server may be as talkative as it likes.
 */
export async function* callTool(
  connection: Connection,
  name: string,
  input: JsonObject,
  { signal }: Pick<ToolContext, "signal">,
): AsyncGenerator<McpProgress, Json | ToolOutput> {
  let newest: McpProgress | undefined;
  let settled = false;
  let wake = (): void => {};
  const answer = connection.request(
    (client, options) => client.callTool({ name, arguments: input }, options),
    {
      signal,
      onprogress: (progress) => {
        newest = toProgress(progress);
        wake();
      },
    },
  );
  const end = (): void => {
    settled = true;
    wake();
  };
  answer.then(end, end);
  while (!settled || newest !== undefined) {
    if (newest === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    const told = newest;
    newest = undefined;
    yield told;
  }
  const result = await answer;
  if (result.isError) throw new McpError("failed", { message: toFailure(result) });
  return toOutput(result);
}

function toProgress({ progress, total, message }: Progress): McpProgress {
  return {
    progress,
    ...(total !== undefined && { total }),
    ...(message !== undefined && { message }),
  };
}
