import type { ModelEvent } from "@runwire/core";
import type { Json } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import type { ItemContext, ItemReader, OutputItem, ResponseEvent } from "./item-reader.ts";
import { jsonText } from "./json-text.ts";

type FunctionCall = OpenAI.Responses.ResponseFunctionToolCall;
type CustomCall = OpenAI.Responses.ResponseCustomToolCall;

/** What must go back with a call beside its name and its input. */
export interface CallData {
  readonly type: "function_call" | "custom_tool_call";
  readonly call_id: string;
  /** The arguments letter by letter, where writing the input anew would change them (and miss the cache). */
  readonly arguments?: string;
  /** With programmatic tool calling: the program that made the call; the output names it too. */
  readonly caller?: NonNullable<FunctionCall["caller"]>;
}

/** A call of one of the agent's tools: a function, whose arguments are JSON text. */
export function functionCallItem(ctx: ItemContext): ItemReader {
  const call = ctx.id;
  return {
    push(event: ResponseEvent) {
      if (event.type === "response.output_item.added" && event.item.type === "function_call") {
        return [{ type: "tool.args.started", call, name: event.item.name }];
      }
      if (event.type !== "response.function_call_arguments.delta" || event.delta === "") return [];
      return [{ type: "tool.args.delta", call, delta: event.delta }];
    },
    done(item: OutputItem) {
      if (item.type !== "function_call" || item.status === "incomplete") return [];
      const { name, arguments: args, status: _, ...rest } = item;
      const data = { ...rest, ...(wantsLetters(args) && { arguments: args }) };
      return [called(ctx, name, args, data)];
    },
    cut: () => [],
  };
}

/** A call of a custom tool, whose input is plain text: as JSON text it is a string, or the tool's one string field. */
export function customCallItem(ctx: ItemContext): ItemReader {
  const call = ctx.id;
  let text = jsonText(undefined);
  return {
    push(event: ResponseEvent) {
      if (event.type === "response.output_item.added" && event.item.type === "custom_tool_call") {
        text = jsonText(ctx.customField(event.item.name));
        return [
          { type: "tool.args.started", call, name: event.item.name },
          { type: "tool.args.delta", call, delta: text.prefix },
        ];
      }
      if (event.type === "response.custom_tool_call_input.done") {
        return [{ type: "tool.args.delta", call, delta: text.suffix }];
      }
      if (event.type !== "response.custom_tool_call_input.delta" || event.delta === "") return [];
      return [{ type: "tool.args.delta", call, delta: text.piece(event.delta) }];
    },
    done(item: OutputItem) {
      if (item.type !== "custom_tool_call") return [];
      const { name, input, ...data } = item;
      return [called(ctx, name, jsonText(ctx.customField(name)).whole(input), data)];
    },
    cut: () => [],
  };
}

function called(
  ctx: ItemContext,
  name: string,
  args: string,
  data: Omit<FunctionCall, "name" | "arguments"> | Omit<CustomCall, "name" | "input">,
): ModelEvent {
  const provider = { [ctx.key]: data as unknown as Json };
  return { type: "tool.called", call: ctx.id, name, args, provider };
}

/** Whether the arguments are JSON that would read otherwise if it were written anew. What is no JSON goes back as `{}`. */
function wantsLetters(args: string): boolean {
  try {
    return JSON.stringify(JSON.parse(args)) !== args;
  } catch {
    return false;
  }
}
