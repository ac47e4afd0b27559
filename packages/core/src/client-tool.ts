import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ToolDefinition } from "./definition.ts";
import type { Content } from "./protocol/message.ts";
import { RunwireError } from "./runwire-error.ts";
import { toInputSchema } from "./to-json-schema.ts";
import { emptyInput } from "./tool.ts";
import type { AcceptedJson, EmptyInput } from "./types/schema-types.ts";
import type { None, Tool } from "./types/tool-types.ts";

export interface ClientToolOptions<
  Input extends StandardSchemaV1,
  Output extends StandardSchemaV1,
> {
  /** When to use the tool, what it does and what comes back: the model reads this. */
  readonly description: string;
  /** What the model must give: an object schema that can give JSON Schema. Absent: nothing. */
  readonly input?: Input;
  /** What the viewer must send back. It is kept as sent: transforms of this schema are not applied. */
  readonly output: Output;
  /** Whether a person must say yes before a viewer may begin. */
  readonly needsApproval?: boolean;
  /** What the model reads instead of the output's JSON. */
  readonly toModel?: (output: AcceptedJson<Output>) => string | readonly Content[];
  /** A tool with `execute` is a `tool()`. */
  readonly execute?: never;
}

/**
 * A tool that runs where the user is: the run waits until a viewer sends the result, by a handler under `tools` or by
 * `run.complete(call, output)`. The model knows it by the key under which an agent holds it.
 *
 * @example
 * const pickColor = clientTool({
 *   description: "Let the user pick a color",
 *   input: z.object({ hint: z.string() }),
 *   output: z.object({ hex: z.string() }),
 * });
 */
export function clientTool<
  Output extends StandardSchemaV1,
  Input extends StandardSchemaV1 = EmptyInput,
>(
  options: ClientToolOptions<Input, Output>,
): Tool<AcceptedJson<Input>, AcceptedJson<Output>, never, None, "client"> {
  const { description, input, output, needsApproval, toModel } = options;
  const owner = `clientTool "${description}"`;
  if ("execute" in options) {
    throw new RunwireError("invalid-tool", {
      message: `${owner} has \`execute\`, but a viewer runs it. Use tool() to run it here, or hand the function to the client under \`tools\`.`,
    });
  }
  if (output === undefined) {
    throw new RunwireError("invalid-tool", {
      message: `${owner} has no \`output\` schema. What comes back is a stranger's word until it is checked: say what it must be.`,
    });
  }
  const definition: ToolDefinition = {
    kind: "tool",
    executor: "client",
    description,
    ...(input !== undefined && { input }),
    inputSchema: input === undefined ? emptyInput : toInputSchema(input, owner),
    ...(needsApproval !== undefined && { needsApproval }),
    idempotent: true,
    output,
    ...(toModel !== undefined && { toModel: toModel as NonNullable<ToolDefinition["toModel"]> }),
  };
  return Object.freeze(definition) as ReturnType<typeof clientTool<Output, Input>>;
}
