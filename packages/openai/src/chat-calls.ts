import { ModelError, type ModelEvent } from "@runwire/core";
import type { JsonObject } from "@runwire/core/protocol";
import type { OpenAI } from "openai";
import type { ChatCallData } from "./chat-messages.ts";

/** A piece of a call as servers send it: OpenAI's type, with less certainty. */
export type CallDelta = Partial<OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall>;

interface OpenCall {
  /** The adapter's id: servers' own may be missing or repeat. */
  readonly call: string;
  readonly index: number | undefined;
  id: string | undefined;
  name: string;
  args: string;
  fields: JsonObject;
}

/** The calls of one answer, put together from their pieces. */
export interface ChatCalls {
  push(delta: CallDelta): readonly ModelEvent[];
  readonly size: number;
  /** The answer is complete. `cut`: it was cut off by a limit, maybe within the last call, which then is left open. */
  finish(cut: boolean): readonly ModelEvent[];
}

export function chatCalls(key: string): ChatCalls {
  const calls: OpenCall[] = [];

  /**
   * The call that a piece belongs to. `index` decides; but some servers number all calls 0, and some not at all: then
   * a new id with a name begins a new call.
   */
  function find({ index, id, function: { name } = {} }: CallDelta): OpenCall | undefined {
    const same = calls.findLast((call) => call.index === index);
    if (same === undefined) return undefined;
    const other = Boolean(id) && same.id !== undefined && id !== same.id;
    if (!other) return index === undefined && !id && name ? undefined : same;
    return (
      calls.findLast((call) => call.index === index && call.id === id) ?? (name ? undefined : same)
    );
  }

  function begin({ index, id }: CallDelta): OpenCall {
    const call = {
      call: `t${calls.length}`,
      index,
      id: id || undefined,
      name: "",
      args: "",
      fields: {},
    };
    calls.push(call);
    return call;
  }

  return {
    push(delta) {
      const open = find(delta) ?? begin(delta);
      const {
        index: _,
        id,
        type: __,
        function: { name = "", arguments: args = "" } = {},
        ...fields
      } = delta;
      open.id ??= id || undefined;
      open.fields = { ...open.fields, ...(fields as JsonObject) };
      const piece = typeof args === "string" ? args : JSON.stringify(args);
      open.args += piece;
      const { call } = open;
      if (open.name !== "") {
        return piece === "" ? [] : [{ type: "tool.args.delta", call, delta: piece }];
      }
      if (!name) return [];
      open.name = name;
      const started: ModelEvent = { type: "tool.args.started", call, name };
      return open.args === ""
        ? [started]
        : [started, { type: "tool.args.delta", call, delta: open.args }];
    },
    get size() {
      return calls.length;
    },
    finish(cut) {
      return calls.flatMap((open, index): ModelEvent[] => {
        const { call, name, args, id, fields } = open;
        if (cut && index === calls.length - 1 && !isJson(args)) return [];
        if (name === "") throw nameless();
        const data: ChatCallData = {
          ...(id !== undefined && { id }),
          ...(Object.keys(fields).length > 0 && { fields }),
        };
        return [{ type: "tool.called", call, name, args, provider: { [key]: data as JsonObject } }];
      });
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

function nameless(): ModelError {
  return new ModelError({
    code: "model-error",
    message: "The model called a tool without naming it.",
    retryable: true,
  });
}
