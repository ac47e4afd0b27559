import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import type { ModelEvent } from "@runwire/core";
import type { Json } from "@runwire/core/protocol";
import {
  type CallData,
  type HostedData,
  type OpaqueData,
  toJson,
  withMetadata,
} from "./part-data.ts";

type Part<T extends LanguageModelV4StreamPart["type"]> = Extract<
  LanguageModelV4StreamPart,
  { readonly type: T }
>;

interface Call {
  readonly call: string;
  readonly name: string;
  /** The pieces are raw text, to be shown as the JSON string that they will be. */
  readonly raw: boolean;
  state: "args" | "called" | "hosted" | "settled";
  data?: CallData;
  /** The newest result that is not yet the last. */
  preview?: Part<"tool-result">;
}

/** The calls of one answer, the agent's and those that the provider runs. */
export function toolCalls(key: string) {
  const calls = new Map<string, Call>();
  const held: ModelEvent[] = [];

  function start({ id, toolName, inputEncoding }: Part<"tool-input-start">): readonly ModelEvent[] {
    if (calls.has(id)) return [];
    const raw = inputEncoding === "text";
    const open: Call = { call: `c${calls.size}`, name: toolName, raw, state: "args" };
    calls.set(id, open);
    return [
      { type: "tool.args.started", call: open.call, name: toolName },
      ...piece(open, "", '"'),
    ];
  }

  function piece(open: Call | undefined, text: string, mark = ""): readonly ModelEvent[] {
    if (open?.state !== "args") return [];
    const delta = open.raw ? mark + JSON.stringify(text).slice(1, -1) : text;
    return delta === "" ? [] : [{ type: "tool.args.delta", call: open.call, delta }];
  }

  function called(part: Part<"tool-call">): readonly ModelEvent[] {
    const { toolCallId: id, toolName, input: args, providerExecuted, providerMetadata } = part;
    const open = calls.get(id) ?? {
      call: `c${calls.size}`,
      name: toolName,
      raw: false,
      state: "args",
    };
    if (open.state !== "args") return [];
    calls.set(id, open);
    const { call, name } = open;
    open.data = { id, ...withMetadata(providerMetadata) };
    if (providerExecuted) {
      open.state = "hosted";
      return [{ type: "tool.called", call, name, args, executor: "provider" }];
    }
    open.state = "called";
    const provider = { [key]: toJson(open.data) };
    const event: ModelEvent = { type: "tool.called", call, name, args, provider };
    // Some providers make `{}` of arguments that were cut off before they began.
    if (isJson(args) && args !== "{}") return [event];
    held.push(event);
    return [];
  }

  function result(part: Part<"tool-result">): readonly ModelEvent[] {
    const open = calls.get(part.toolCallId);
    // The call is of an earlier answer, which was paused.
    if (open === undefined) return [opaque(part)];
    if (open.state !== "hosted") return [];
    if (part.preliminary) {
      open.preview = part;
      return [];
    }
    return [settle(open, part)];
  }

  function settle(open: Call, part: Part<"tool-result">): ModelEvent {
    open.state = "settled";
    const { call, name } = open;
    const { result: output, isError, providerMetadata } = part;
    const provider = (failure?: Json) =>
      own(open, {
        ...withMetadata(providerMetadata),
        ...(failure !== undefined && { failure }),
      });
    if (!isError) return { type: "tool.completed", call, output: output as Json, ...provider() };
    const said = typeof output === "string" ? output : JSON.stringify(output);
    const error = { code: "tool-error", message: `${name} failed: ${said}` };
    return { type: "tool.failed", call, error, ...provider(output as Json) };
  }

  function own({ data }: Call, result?: HostedData["result"]) {
    const hosted = { ...(data as CallData), ...(result !== undefined && { result }) };
    return { provider: { [key]: toJson(hosted satisfies HostedData) } };
  }

  function opaque(part: Part<"tool-result">): ModelEvent {
    const data: OpaqueData = {
      type: "tool-result",
      id: part.toolCallId,
      name: part.toolName,
      output: part.result as Json,
      ...(part.isError && { failed: true }),
      ...withMetadata(part.providerMetadata as SharedV4ProviderMetadata | undefined),
    };
    return { type: "opaque.added", provider: { [key]: toJson(data) } };
  }

  return {
    start,
    delta: ({ id, delta }: Part<"tool-input-delta">) => piece(calls.get(id), delta),
    end: ({ id }: Part<"tool-input-end">) => piece(calls.get(id), "", '"'),
    called,
    result,
    /** Whether the agent is to run any. */
    get any() {
      return [...calls.values()].some(({ state }) => state === "called");
    },
    /**
     * The answer ended. `whole`: the model said all that it wanted to, so arguments that are not JSON were not cut off.
     * `goesOn`: it is to be continued, and so are the provider's calls. Else these were cut off, and do not go back.
     */
    finish({ whole, goesOn }: { whole: boolean; goesOn: boolean }): readonly ModelEvent[] {
      const unsettled = [...calls.values()].filter(({ state }) => state === "hosted");
      return [
        ...(whole ? held : []),
        ...unsettled.map((open): ModelEvent => {
          if (open.preview !== undefined) return settle(open, open.preview);
          const { call, name } = open;
          if (goesOn) return { type: "tool.completed", call, output: null, ...own(open) };
          const message = `${name} did not finish.`;
          return { type: "tool.failed", call, error: { code: "tool-error", message } };
        }),
      ];
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
