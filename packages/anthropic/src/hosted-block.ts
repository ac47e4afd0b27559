import type { ModelEvent } from "@runwire/core";
import type { Json, JsonObject } from "@runwire/core/protocol";
import type { Block, BlockContext, BlockReader } from "./block-reader.ts";
import { inputReader } from "./call-block.ts";

/** The call of a tool that Anthropic runs: `server_tool_use`, `mcp_tool_use`, and what will be like them. */
interface CallBlock extends JsonObject {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  /** Of an MCP call. */
  readonly server_name?: string;
  readonly input?: Json;
}

/** Its result: `web_search_tool_result`, `code_execution_tool_result` and so on. */
interface ResultBlock extends JsonObject {
  readonly type: string;
  readonly tool_use_id: string;
  readonly content: Json;
  readonly is_error?: boolean;
}

/** Both blocks without what the call's own input and output say: that is not kept twice. */
export interface HostedData {
  readonly call: JsonObject;
  /** Absent: the answer was paused, and the next one has it. `content` is here when the call failed. */
  readonly result?: JsonObject;
}

export function isHostedCall(block: unknown): block is CallBlock {
  const { type, id, name } = block as Partial<CallBlock>;
  return type?.endsWith("_tool_use") === true && id !== undefined && name !== undefined;
}

export function isHostedResult(block: unknown): block is ResultBlock {
  const { type, tool_use_id: of } = block as Partial<ResultBlock>;
  return type?.endsWith("_tool_result") === true && of !== undefined;
}

/** The calls that Anthropic runs while it answers. */
export function hostedCalls(key: string) {
  const open = new Map<string, { readonly call: string; readonly data: JsonObject }>();

  return {
    call(ctx: BlockContext, block: CallBlock): BlockReader {
      const call = ctx.id;
      const { input: _, ...data } = block;
      const input = inputReader(call, block.input);
      // A server's name keeps its tools apart from the agent's own.
      const name = block.server_name ? `${block.server_name}.${block.name}` : block.name;
      return {
        start: [{ type: "tool.args.started", call, name }],
        push: input.push,
        stop() {
          open.set(block.id, { call, data });
          return [{ type: "tool.called", call, name, args: input.text(), executor: "provider" }];
        },
        cut: () => [],
      };
    },

    /** `undefined`: the call is of an earlier answer, which was paused. */
    result(block: ResultBlock): readonly ModelEvent[] | undefined {
      const { content, ...result } = block;
      const asked = open.get(block.tool_use_id);
      if (asked === undefined) return undefined;
      open.delete(block.tool_use_id);
      const { call, data } = asked;
      const failure = failureOf(block);
      if (failure === undefined) {
        return [
          {
            type: "tool.completed",
            call,
            output: content,
            provider: provider({ call: data, result }),
          },
        ];
      }
      const message = `${data.name} failed: ${failure}`;
      return [
        {
          type: "tool.failed",
          call,
          error: { code: "tool-error", message },
          provider: provider({ call: data, result: { ...result, content } }),
        },
      ];
    },

    /**
     * The answer ended. `goesOn`: it is to be continued, and so are its calls. Else they were cut off, and do not go
     * back: a call without its result is refused.
     */
    finish(goesOn: boolean): readonly ModelEvent[] {
      const rest = [...open.values()];
      open.clear();
      return rest.map(({ call, data }): ModelEvent => {
        if (goesOn) {
          return { type: "tool.completed", call, output: null, provider: provider({ call: data }) };
        }
        const message = `${data.name} did not finish.`;
        return { type: "tool.failed", call, error: { code: "tool-error", message } };
      });
    },
  };

  function provider(data: HostedData) {
    return { [key]: data as unknown as Json };
  }
}

function failureOf({ content, is_error: failed }: ResultBlock): string | undefined {
  const { error_code: code } = (content ?? {}) as { readonly error_code?: Json };
  if (typeof code === "string") return code;
  return failed ? JSON.stringify(content) : undefined;
}

/** The blocks again, as they go back. */
export function restoreHosted(
  { call, result }: HostedData,
  input: Json,
  output: Json | undefined,
): readonly Block[] {
  const blocks = [
    { ...call, input },
    ...(result === undefined ? [] : [{ content: output ?? null, ...result }]),
  ];
  return blocks as unknown as Block[];
}
