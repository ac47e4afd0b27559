import type { ModelEvent } from "@runwire/core";
import type { Json, JsonObject } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import type { ItemContext, ItemReader, OutputItem, ResponseEvent } from "./item-reader.ts";
import { jsonText } from "./json-text.ts";

type WebSearch = OpenAI.Responses.ResponseFunctionWebSearch;
type Search = OpenAI.Responses.ResponseFunctionWebSearch.Search;
type FileSearch = OpenAI.Responses.ResponseFileSearchToolCall;
type CodeInterpreter = OpenAI.Responses.ResponseCodeInterpreterToolCall;
type McpCall = OpenAI.Responses.ResponseOutputItem.McpCall;

/** A tool that OpenAI runs within the response. */
export type HostedCall = WebSearch | FileSearch | CodeInterpreter | McpCall;

/** The item without what the call's own input and output say: that is not kept twice. */
export type HostedData = JsonObject & { readonly type: HostedCall["type"] };

export function isHostedCall(item: OutputItem): item is HostedCall {
  return ["web_search_call", "file_search_call", "code_interpreter_call", "mcp_call"].includes(
    item.type,
  );
}

/** A hosted call: called as soon as its input is known, settled when its item is done. */
export function hostedItem(ctx: ItemContext, name: string): ItemReader {
  const call = ctx.id;
  const code = jsonText("code");
  let called = false;
  let begun = false;

  function delta(text: string): readonly ModelEvent[] {
    return text === "" ? [] : [{ type: "tool.args.delta", call, delta: text }];
  }
  function toCalled(args: string): readonly ModelEvent[] {
    if (called) return [];
    called = true;
    return [{ type: "tool.called", call, name, args, executor: "provider" }];
  }

  return {
    push(event: ResponseEvent) {
      switch (event.type) {
        case "response.output_item.added":
          return [{ type: "tool.args.started", call, name }];
        case "response.mcp_call_arguments.delta":
          return delta(event.delta);
        case "response.mcp_call_arguments.done":
          return toCalled(event.arguments);
        case "response.code_interpreter_call_code.delta": {
          const prefix = begun ? "" : code.prefix;
          begun = true;
          return delta(prefix + code.piece(event.delta));
        }
        case "response.code_interpreter_call_code.done":
          return [...(begun ? delta(code.suffix) : []), ...toCalled(code.whole(event.code))];
        default:
          return [];
      }
    },
    done(item: OutputItem) {
      if (!isHostedCall(item)) return [];
      const provider = isWhole(item) ? { provider: { [ctx.key]: keep(item) } } : undefined;
      const message = failureOf(item);
      return [
        ...toCalled(argsOf(item)),
        message === undefined
          ? { type: "tool.completed", call, output: outputOf(item), ...provider }
          : { type: "tool.failed", call, error: { code: "tool-error", message }, ...provider },
      ];
    },
    cut: () => [],
  };
}

/** What the viewer knows the call by. A server's label keeps its tools apart from the agent's own. */
export function hostedName(item: HostedCall): string {
  return item.type === "mcp_call"
    ? `${item.server_label}.${item.name}`
    : item.type.slice(0, -"_call".length);
}

function argsOf(item: HostedCall): string {
  switch (item.type) {
    case "web_search_call": {
      const { sources: _, ...action } = (item.action ?? {}) as Search;
      return JSON.stringify(action);
    }
    case "file_search_call":
      return JSON.stringify({ queries: item.queries });
    case "code_interpreter_call":
      return JSON.stringify({ code: item.code ?? "" });
    case "mcp_call":
      return item.arguments;
  }
}

function outputOf(item: HostedCall): Json {
  switch (item.type) {
    case "web_search_call":
      return ((item.action as Search | undefined)?.sources ?? []) as unknown as Json;
    case "file_search_call":
      return (item.results ?? null) as unknown as Json;
    case "code_interpreter_call":
      return (item.outputs ?? null) as unknown as Json;
    case "mcp_call":
      return item.output ?? null;
  }
}

function failureOf(item: HostedCall): string | undefined {
  if (item.type === "mcp_call" && item.error) return errorText(item.error);
  if (item.status === "failed") return `${hostedName(item)} failed.`;
  return item.status === "incomplete" ? `${hostedName(item)} did not finish.` : undefined;
}

/** OpenAI refuses a history that holds half an item. */
function isWhole(item: HostedCall): boolean {
  return item.status !== "incomplete" && (item.type !== "web_search_call" || Boolean(item.action));
}

/** Servers send what the types promise, or a plain text. */
function errorText(error: NonNullable<McpCall["error"]> | string): string {
  if (typeof error === "string") return error;
  return "message" in error ? error.message : JSON.stringify(error.content);
}

function keep(item: HostedCall): HostedData {
  switch (item.type) {
    case "web_search_call": {
      const { action: _, ...rest } = item;
      return { ...rest };
    }
    case "file_search_call": {
      const { queries: _, results: __, ...rest } = item;
      return { ...rest };
    }
    case "code_interpreter_call": {
      const { code: _, outputs: __, ...rest } = item;
      return { ...rest };
    }
    case "mcp_call": {
      const { arguments: _, output: __, ...rest } = item;
      return { ...rest } as unknown as HostedData;
    }
  }
}

/** The item again, as it goes back. */
export function restoreHosted(data: HostedData, input: Json, output: Json | undefined): JsonObject {
  const fields = input as JsonObject;
  switch (data.type) {
    case "web_search_call":
      return { ...data, action: fields };
    case "file_search_call":
      return { ...data, queries: fields.queries ?? [], results: output ?? null };
    case "code_interpreter_call":
      return { ...data, code: fields.code ?? null, outputs: output ?? null };
    case "mcp_call":
      return { ...data, arguments: JSON.stringify(input), output: output ?? null };
  }
}
