import type { Anthropic } from "@anthropic-ai/sdk";
import type { Turn, TurnPart, TurnResult } from "@runwire/core";
import type { CallData } from "./call-block.ts";
import { contentBlock, fileNote } from "./file-block.ts";
import { type HostedData, restoreHosted } from "./hosted-block.ts";
import type { TextData } from "./text-block.ts";
import type { ThinkingData } from "./thinking-block.ts";
import { type WireIds, wireIds } from "./wire-ids.ts";

type BlockParam = Anthropic.ContentBlockParam;

/** A message whose content is a list, as all are that this package sends. */
export interface InputMessage {
  readonly role: "user" | "assistant";
  readonly content: BlockParam[];
}

/** The history as messages, in which roles alternate: results, and what a person said meanwhile, are one message. */
export function messageInput(turns: readonly Turn[], cite: boolean): InputMessage[] {
  const ids = wireIds();
  const messages: InputMessage[] = [];
  for (const turn of turns) {
    const role = turn.role === "assistant" ? "assistant" : "user";
    const content = turnBlocks(turn, ids, cite);
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) messages.push({ role, content });
  }
  return messages;
}

function turnBlocks(turn: Turn, ids: WireIds, cite: boolean): BlockParam[] {
  switch (turn.role) {
    case "user":
      return turn.content.map((content) => contentBlock(content, cite));
    case "assistant":
      return withoutLastThoughts(turn.parts.flatMap((part) => partBlocks(part, ids)));
    case "tool":
      return turn.results.map((result) => resultBlock(result, ids, cite));
  }
}

/** A thought must lead to something, and a container is nothing that the model said. */
function withoutLastThoughts(blocks: readonly BlockParam[]): BlockParam[] {
  const last = blocks.findLastIndex(({ type }) => !/thinking$/.test(type));
  return blocks.slice(0, last + 1);
}

function partBlocks(part: TurnPart, ids: WireIds): readonly BlockParam[] {
  switch (part.type) {
    case "text": {
      // A text of nothing but white space is refused, though the model may write one.
      if (part.text.trim() === "") return [];
      return [
        { type: "text", text: part.text, ...(part.provider as TextData | undefined) } as BlockParam,
      ];
    }
    case "reasoning": {
      const data = part.provider as unknown as ThinkingData;
      return "redacted" in data
        ? [{ type: "redacted_thinking", data: data.redacted }]
        : [{ type: "thinking", thinking: part.text, signature: data.signature }];
    }
    case "call": {
      const data = part.provider as CallData | undefined;
      const { name, input } = part;
      const caller = data?.caller && { caller: data.caller };
      return [{ type: "tool_use", id: ids.assign(part, data?.id), name, input, ...caller }];
    }
    case "hosted":
      return restoreHosted(
        part.provider as unknown as HostedData,
        part.input,
        part.output,
      ) as readonly BlockParam[];
    case "file":
      // An assistant's message shows no files.
      return [{ type: "text", text: fileNote(part) }];
    case "opaque": {
      const block = part.provider as object;
      return "container" in block ? [] : [block as BlockParam];
    }
  }
}

function resultBlock(
  { id, content, failed }: TurnResult,
  ids: WireIds,
  cite: boolean,
): Anthropic.ToolResultBlockParam {
  return {
    type: "tool_result",
    tool_use_id: ids.of(id),
    content: content.map((piece) => contentBlock(piece, cite)),
    ...(failed && { is_error: true }),
  };
}
