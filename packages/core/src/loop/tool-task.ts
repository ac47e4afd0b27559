import type { ApprovalRule, ToolContext, ToolDefinition } from "../definition.ts";
import type { RunError } from "../protocol/errors.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import type { Content, ToolPart } from "../protocol/message.ts";
import { callIn, scopeOf } from "./calls.ts";
import { check } from "./check.ts";
import { execute, toJson } from "./execute.ts";
import { messageOf } from "./message-of.ts";
import type { Task } from "./task.ts";
import { toolContext } from "./tool-context.ts";

export interface ToolTaskContext {
  /** Store time in ms. */
  readonly now: () => number;
  readonly principal: string | undefined;
}

/**
 * One call of one tool: asks for approval where the tool wants it, validates, logs the intent, waits until the log
 * has it, and only then executes. Whatever the tool does becomes events; this never throws.
 */
export async function runTool(
  task: Task,
  call: string,
  tool: ToolDefinition,
  ctx: ToolTaskContext,
): Promise<void> {
  const part = callIn(scopeOf(task.state, task.scope), call);
  if (part === undefined) return;
  const attempt = (part.attempt ?? 0) + 1;
  const { context, begin, close } = toolContext(task, part, attempt, tool, ctx.principal);
  try {
    // Validation comes first: `needsApproval` and `execute` see what the schema makes of the input.
    const input = await parsed(tool, part);
    if ("error" in input) return settle(task, part, failed(part, input.error));
    const question = await approvalNeeded(tool, part, input.value, context);
    if (question !== undefined) return ask(task, part, question, ctx);
    if (task.signal.aborted) return;
    task.push([{ type: "tool.started", call, name: part.name, attempt }]);
    if (!(await task.acknowledged())) return;
    begin();
    const result = await execute(task, tool, part, input.value, context);
    settle(task, part, completed(tool, part, result));
  } catch (error) {
    settle(task, part, failed(part, toRunError(error)));
  } finally {
    close();
  }
}

/** Appends the end of a call; what does not fit an event becomes a failure that says so. */
function settle(task: Task, part: ToolPart, event: NewEvent): void {
  try {
    task.push([event]);
  } catch (error) {
    task.push([failed(part, { code: "too-large", message: messageOf(error) })]);
  }
}

async function parsed(
  tool: ToolDefinition,
  part: ToolPart,
): Promise<{ readonly value: unknown } | { readonly error: RunError }> {
  if (tool.input === undefined) return { value: part.input ?? {} };
  const checked = await check(tool.input, part.input);
  if (!("issues" in checked)) return checked;
  const message = `The input of ${part.name} does not fit its schema.`;
  return { error: { code: "invalid-input", message, details: checked.issues } };
}

interface Question {
  readonly message?: string;
  readonly expiresInMs?: number;
}

/** The question to a person, when the tool wants one and nobody was asked yet. A repeat was approved before. */
async function approvalNeeded(
  tool: ToolDefinition,
  part: ToolPart,
  input: unknown,
  context: ToolContext,
): Promise<Question | undefined> {
  if (part.approval !== undefined || part.attempt !== undefined) return undefined;
  const rule = tool.needsApproval;
  const verdict =
    typeof rule === "function" ? await (rule as ApprovalRule)(input as never, context) : rule;
  if (verdict === true) return {};
  if (verdict === false || verdict === undefined) return undefined;
  const { reason, expiresInMs } = verdict;
  return {
    ...(reason !== undefined && { message: reason }),
    ...(expiresInMs !== undefined && { expiresInMs }),
  };
}

function ask(task: Task, part: ToolPart, question: Question, ctx: ToolTaskContext): void {
  const { message, expiresInMs } = question;
  task.push([
    {
      type: "approval.requested",
      id: `a${task.seq + 1}`,
      call: part.call,
      name: part.name,
      input: part.input ?? null,
      ...(expiresInMs !== undefined && { expiresAt: Math.ceil(ctx.now() + expiresInMs) }),
      ...(message !== undefined && { message }),
    },
  ]);
}

function completed(
  tool: ToolDefinition,
  part: ToolPart,
  { output, content: given }: { readonly output: Json; readonly content?: readonly Content[] },
): NewEvent {
  const shown = given ?? tool.toModel?.(output as never);
  const content: readonly Content[] | undefined =
    typeof shown === "string"
      ? [{ type: "text", text: shown }]
      : shown && (toJson(shown) as unknown as readonly Content[]);
  return {
    type: "tool.completed",
    call: part.call,
    name: part.name,
    output,
    ...(content !== undefined && { content }),
  };
}

function failed(part: ToolPart, error: RunError): NewEvent {
  return { type: "tool.failed", call: part.call, name: part.name, error };
}

/** What the tool threw, as the model and people read it: the message, never the stack. */
function toRunError(error: unknown): RunError {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return { code: "timeout", message: error.message };
  }
  return { code: "tool-error", message: messageOf(error) };
}
