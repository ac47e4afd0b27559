import type { ModelEvent } from "@runwire/core";
import type { OpenAI } from "openai";

export type ResponseEvent = OpenAI.Responses.ResponseStreamEvent;
export type OutputItem = OpenAI.Responses.ResponseOutputItem;

/** Maps one output item of a response: what streams of it, and what it is in the end. */
export interface ItemReader {
  /** An event that names the item. Kinds it does not know say nothing. */
  push(event: ResponseEvent): readonly ModelEvent[];
  /** The item as `output_item.done` has it: the only form that may go back to the provider. */
  done(item: OutputItem): readonly ModelEvent[];
  /** The response ended, and the item had not: closes what is open. A call that is cut is left as it is. */
  cut(): readonly ModelEvent[];
}

/** What a reader knows of its response. */
export interface ItemContext {
  /** Unique in the response. */
  readonly id: string;
  /** Key of provider data. */
  readonly key: string;
  /** The text is structured output. */
  readonly json: boolean;
  /** The provider keeps its items: they may go back by id alone. */
  readonly stored: boolean;
  /** The one string field of the tool for which a custom tool stands in. */
  readonly customField: (tool: string) => string | undefined;
}
