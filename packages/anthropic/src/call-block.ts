import type { Anthropic } from "@anthropic-ai/sdk";
import type { ModelEvent } from "@runwire/core";
import type { Json } from "@runwire/core/protocol";
import type { BlockContext, BlockReader } from "./block-reader.ts";

/** What must go back with a call beside its name and its input. */
export interface CallData {
  readonly id: string;
  /** The program that made the call. Absent: the model itself. */
  readonly caller?: Anthropic.ToolUseBlock["caller"];
}

/**
 * A call of one of the agent's tools. `hold` takes the events of a call whose arguments are not JSON: whether they were
 * cut off or the model wrote them so is known only when the answer says why it ended.
 */
export function callBlock(
  ctx: BlockContext,
  block: Anthropic.ToolUseBlock,
  hold: (events: readonly ModelEvent[]) => void,
): BlockReader {
  const input = inputReader(ctx.id, block.input);
  const { id, name, caller } = block;
  return {
    start: [{ type: "tool.args.started", call: ctx.id, name }],
    push: input.push,
    stop() {
      const data: CallData = { id, ...(caller && caller.type !== "direct" && { caller }) };
      const provider = { [ctx.key]: data as unknown as Json };
      const args = input.text();
      const called: ModelEvent = { type: "tool.called", call: ctx.id, name, args, provider };
      if (isJson(args)) return [called];
      hold([called]);
      return [];
    },
    cut: () => [],
  };
}

/** The input of a call: it streams as JSON text; some servers give it whole, with the start. */
export function inputReader(call: string, whole: unknown) {
  let text = "";
  return {
    push(piece: Anthropic.RawContentBlockDelta): readonly ModelEvent[] {
      if (piece.type !== "input_json_delta" || piece.partial_json === "") return [];
      text += piece.partial_json;
      return [{ type: "tool.args.delta", call, delta: piece.partial_json }];
    },
    /** "" when nothing came: the tool takes no input. */
    text(): string {
      const given = typeof whole === "object" && whole !== null && Object.keys(whole).length > 0;
      return text === "" && given ? JSON.stringify(whole) : text;
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
