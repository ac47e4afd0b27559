import type { Json } from "./protocol/json.ts";
import type { Content } from "./protocol/message.ts";

const brand: unique symbol = Symbol.for("runwire.ToolOutput");

/** An output, and what the model sees instead of its JSON. */
export interface ToolOutput<Output = Json> {
  readonly output: Output;
  readonly content: readonly Content[];
  readonly [brand]: true;
}

/**
 * What `execute` returns when only the call itself knows what the model should see: an image, say, that is not worth
 * keeping in the output too. It wins over `toModel`, which makes that of the output.
 */
export function toolOutput<Output>(
  output: Output,
  content: readonly Content[],
): ToolOutput<Output> {
  return { output, content, [brand]: true };
}

/** True also for one that another copy of this package made. */
export function isToolOutput(value: unknown): value is ToolOutput {
  return typeof value === "object" && value !== null && brand in value;
}
