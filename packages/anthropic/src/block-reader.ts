import type { Anthropic } from "@anthropic-ai/sdk";
import type { ModelEvent } from "@runwire/core";

export type Block = Anthropic.ContentBlock;
type BlockDelta = Anthropic.RawContentBlockDelta;

/** Maps one content block of an answer, from its start on. */
export interface BlockReader {
  readonly start: readonly ModelEvent[];
  /** A piece of the block. Kinds it does not know say nothing. */
  push(delta: BlockDelta): readonly ModelEvent[];
  /** The block is complete. */
  stop(): readonly ModelEvent[];
  /** The answer ended, and the block had not: closes what is open. A call that is cut is left as it is. */
  cut(): readonly ModelEvent[];
}

/** What a reader knows of its answer. */
export interface BlockContext {
  /** Unique in the answer. */
  readonly id: string;
  /** Key of provider data. */
  readonly key: string;
  /** The text is structured output. */
  readonly json: boolean;
}
