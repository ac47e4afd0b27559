import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ModelRule } from "./model-choice.ts";
import type { PatchOperation } from "./protocol/events.ts";
import type { Json, JsonObject } from "./protocol/json.ts";
import type { Limits } from "./protocol/limits.ts";
import type { Content } from "./protocol/message.ts";
import type { Toolset } from "./toolset.ts";

/** What the loop reads of a tool. `tool()` and `clientTool()` make these; their types ride on an optional phantom. */
export interface ToolDefinition {
  readonly kind: "tool";
  /** `client`: a viewer runs it and sends the result. */
  readonly executor: "runtime" | "client";
  readonly description: string;
  /** Absent: the tool takes no input, `{}`. */
  readonly input?: StandardSchemaV1;
  /** The JSON Schema the model sees. */
  readonly inputSchema: JsonObject;
  /** Asked once per call, before `execute`; the verdict is logged. A client tool knows only true and false. */
  readonly needsApproval?: boolean | ApprovalRule;
  /** Schemas of the custom data that `emit` may send, by name. Absent: any name, any JSON. */
  readonly data?: { readonly [name: string]: StandardSchemaV1 };
  /** A cut call may run again, with the same `ctx.idempotencyKey`. */
  readonly idempotent: boolean;
  /** Active time of one execution in ms. Default: none. */
  readonly timeoutMs?: number;
  /**
   * Gets the schema's output type (transforms applied). May return a value, a promise, or an async iterator whose
   * yields are progress and whose return value is the output, or a `toolOutput()`. A throw is a `tool.failed` that the
   * model sees.
   */
  readonly execute?: (input: never, ctx: ToolContext) => unknown;
  /** Client tools: what the viewer's result must fit. */
  readonly output?: StandardSchemaV1;
  /** What the model sees instead of the output's JSON. */
  readonly toModel?: (output: never) => string | readonly Content[];
}

/** `false`/`undefined`: go ahead. `true` or an object: a person must approve; `expiresInMs` turns silence into no. */
export type ApprovalRule = (
  input: never,
  ctx: ToolContext,
) => ApprovalVerdict | Promise<ApprovalVerdict>;
export type ApprovalVerdict =
  | boolean
  | undefined
  | { readonly reason?: string; readonly expiresInMs?: number };

/** What a running tool can see and do. All methods are synchronous and safe to ignore. */
export interface ToolContext {
  readonly run: string;
  readonly thread: string;
  readonly call: string;
  /** 1, or more when an idempotent call is repeated. */
  readonly attempt: number;
  /** The same for every attempt of this call, unique among all runs. */
  readonly idempotencyKey: string;
  readonly principal?: string;
  /** Fires when the run is cancelled, ends, is taken over, or the tool's time is up. */
  readonly signal: AbortSignal;
  /** Appends `data.emitted`. Throws when `data` does not fit the tool's `data` schema. */
  emit(
    name: string,
    data: Json,
    options?: { readonly id?: string; readonly transient?: boolean },
  ): void;
  /** Appends `tool.output.delta`: text that people watch, not the model. */
  print(text: string): void;
  /** The shared state now. */
  readonly state: Json;
  /** Appends `state.changed`. Throws when a patch does not apply. */
  patch(operations: readonly PatchOperation[]): void;
}

/** What the loop reads of an agent. `agent()` makes these. */
export interface AgentDefinition {
  readonly kind: "agent";
  readonly name: string;
  /** Required to run, unless the run or the runtime gives one. */
  readonly model?: ModelRule;
  readonly instructions?: string | ((ctx: InstructionContext) => string | Promise<string>);
  /** What the parent's model reads when the agent is one of its tools. */
  readonly description: string;
  /** By the name the model sees. An agent here is a sub-agent. */
  readonly tools: { readonly [name: string]: ToolDefinition | AgentDefinition };
  /** Tools that are known only while the agent runs, beside its own. */
  readonly toolsets: readonly Toolset[];
  /** Agents that may take over; the model sees each as the tool `transfer_to_<name>`. A name closes a circle. */
  readonly handoffs: readonly (AgentDefinition | string)[];
  /** As a sub-agent: what the parent's model must give. Absent: `{ prompt: string }`, which becomes the user message. */
  readonly input?: StandardSchemaV1;
  readonly inputSchema: JsonObject;
  /** The structured output's schema. */
  readonly output?: StandardSchemaV1;
  readonly outputSchema?: JsonObject;
  readonly limits: Limits;
  /** Tools that run at once in one scope. Default: all. */
  readonly concurrency: number;
  /** Retries of a failed model call. Default 3. */
  readonly maxRetries: number;
}

export interface InstructionContext {
  readonly run: string;
  readonly thread: string;
  readonly principal?: string;
  readonly state: Json;
}
