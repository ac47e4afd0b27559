import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ApprovalVerdict, ToolDefinition } from "./definition.ts";
import type { JsonObject } from "./protocol/json.ts";
import type { Content } from "./protocol/message.ts";
import { RunwireError } from "./runwire-error.ts";
import { toInputSchema } from "./to-json-schema.ts";
import type { ToolOutput } from "./tool-output.ts";
import type { Jsonify } from "./types/jsonify.ts";
import type {
  AcceptedJson,
  DataJson,
  DataSchemas,
  EmptyInput,
  ParsedOf,
} from "./types/schema-types.ts";
import type { None, Tool } from "./types/tool-types.ts";
import type { ToolContextOf } from "./types/typed-tool-context.ts";

export interface ToolOptions<Input extends StandardSchemaV1, Data extends DataSchemas, Result> {
  /** When to use the tool, what it does and what comes back: the model reads this. */
  readonly description: string;
  /** What the model must give: an object schema that can give JSON Schema. Absent: nothing. */
  readonly input?: Input;
  /**
   * Whether a person must say yes before `execute`. A function is asked once per call, with the validated input; what
   * it answers is logged and stands, also after a crash. A function that throws fails the call.
   */
  readonly needsApproval?:
    | boolean
    | ((
        input: ParsedOf<Input>,
        ctx: ToolContextOf<Data>,
      ) => ApprovalVerdict | Promise<ApprovalVerdict>);
  /** What `ctx.emit` may send, by name. Viewers see these types; without them any JSON under any name passes, untyped. */
  readonly data?: Data;
  /**
   * The call may run again after a crash: it has no effect, or recognizes `ctx.idempotencyKey`. Default false: a call
   * cut by a crash is reported to the model as interrupted and never runs twice.
   */
  readonly idempotent?: boolean;
  /** Active time of one execution in ms, after which `ctx.signal` fires and the call fails. Default: none. */
  readonly timeoutMs?: number;
  /**
   * Does the work. Plain, `async`, or `async *`: then what it yields is progress and what it returns is the output.
   * Results travel as JSON, beside `toolOutput()`'s content for the model. A throw fails the call, and the model reads the error's message.
   */
  readonly execute: (input: ParsedOf<Input>, ctx: ToolContextOf<Data>) => Result;
  /** What the model reads instead of the output's JSON. Write it after `execute`, whose output it is given. */
  readonly toModel?: (output: OutputOf<Result>) => string | readonly Content[];
}

/** What `execute` comes to: the awaited value, or what a generator returns. */
export type OutputOf<Result> = Jsonify<Bare<StepsOf<Awaited<Result>>["output"]>>;

type Bare<Output> = Output extends ToolOutput<infer Bare> ? Bare : Output;

/** What a generator yields; `never` for anything else. */
export type ProgressOf<Result> = Jsonify<StepsOf<Awaited<Result>>["progress"]>;

type StepsOf<Value> =
  Value extends AsyncIterator<infer Progress, infer Output, never>
    ? { progress: Progress; output: Output }
    : Value extends Iterator<infer Progress, infer Output, never>
      ? { progress: Progress; output: Output }
      : { progress: never; output: Value };

/** No declared data, as a type. */
type DeclaredData<Data extends DataSchemas> = string extends keyof Data ? None : DataJson<Data>;

/**
 * A tool that the runtime runs. The model knows it by the key under which an agent holds it.
 *
 * @example
 * const search = tool({
 *   description: "Search the docs",
 *   input: z.object({ query: z.string() }),
 *   execute: async ({ query }, { signal }) => ({ hits: await find(query, signal) }),
 * });
 */
export function tool<
  Result,
  Input extends StandardSchemaV1 = EmptyInput,
  Data extends DataSchemas = DataSchemas,
>(
  options: ToolOptions<Input, Data, Result>,
): Tool<AcceptedJson<Input>, OutputOf<Result>, ProgressOf<Result>, DeclaredData<Data>, "runtime"> {
  const { description, input, needsApproval, data, timeoutMs, execute, toModel } = options;
  const owner = `tool "${description}"`;
  if (typeof execute !== "function") {
    throw new RunwireError("invalid-tool", {
      message: `${owner} has no \`execute\`. Give it one, or use clientTool() if a viewer is to run it.`,
    });
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new RunwireError("invalid-tool", {
      message: `${owner} has timeoutMs ${timeoutMs}. Give milliseconds above 0, or leave it out for no limit.`,
    });
  }
  const definition: ToolDefinition = {
    kind: "tool",
    executor: "runtime",
    description,
    ...(input !== undefined && { input }),
    inputSchema: input === undefined ? emptyInput : toInputSchema(input, owner),
    ...(needsApproval !== undefined && {
      needsApproval: needsApproval as ToolDefinition["needsApproval"] & {},
    }),
    ...(data !== undefined && { data }),
    idempotent: options.idempotent ?? false,
    ...(timeoutMs !== undefined && { timeoutMs }),
    execute: execute as NonNullable<ToolDefinition["execute"]>,
    ...(toModel !== undefined && { toModel: toModel as NonNullable<ToolDefinition["toModel"]> }),
  };
  return Object.freeze(definition) as ReturnType<typeof tool<Result, Input, Data>>;
}

/** The JSON Schema of a tool without input. */
export const emptyInput: JsonObject = {
  type: "object",
  properties: {},
  additionalProperties: false,
};
