import type { Anthropic } from "@anthropic-ai/sdk";
import type { ModelEvent } from "@runwire/core";
import type { BlockContext, BlockReader } from "./block-reader.ts";

/** What must go back of a thought beside its text: its signature, or all of it where nobody may read it. */
export type ThinkingData = { readonly signature: string } | { readonly redacted: string };

/** A thought. Its text may be a summary, or empty; the signature vouches for the thought itself. */
export function thinkingBlock(ctx: BlockContext, block: Anthropic.ThinkingBlock): BlockReader {
  const { id } = ctx;
  // Servers that do not sign want their thoughts back all the same.
  let signature = block.signature ?? "";

  function delta(text: string): readonly ModelEvent[] {
    return text === "" ? [] : [{ type: "reasoning.delta", id, delta: text }];
  }

  return {
    start: [{ type: "reasoning.started", id }, ...delta(block.thinking ?? "")],
    push(piece) {
      if (piece.type === "signature_delta") signature += piece.signature;
      return piece.type === "thinking_delta" ? delta(piece.thinking) : [];
    },
    stop() {
      const data: ThinkingData = { signature };
      return [{ type: "reasoning.completed", id, provider: { [ctx.key]: data } }];
    },
    // Half a thought has no signature.
    cut: () => [{ type: "reasoning.completed", id }],
  };
}

/** A thought that is encrypted, because a filter found that it is not to be read. */
export function redactedBlock(
  ctx: BlockContext,
  block: Anthropic.RedactedThinkingBlock,
): BlockReader {
  const { id } = ctx;
  const data: ThinkingData = { redacted: block.data };
  return {
    start: [
      { type: "reasoning.started", id },
      { type: "reasoning.completed", id, provider: { [ctx.key]: data } },
    ],
    push: () => [],
    stop: () => [],
    cut: () => [],
  };
}
