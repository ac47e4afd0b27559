import type { AgentDefinition } from "../definition.ts";
import { nextMacrotask } from "../macrotask.ts";
import type { Model, ModelEvent, ModelRequest } from "../model.ts";
import { ModelError } from "../model-error.ts";
import type { RunError } from "../protocol/errors.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import type { Message } from "../protocol/message.ts";
import { noUsage } from "../protocol/usage.ts";
import { RunwireError } from "../runwire-error.ts";
import type { AgentTools } from "./agent-tools.ts";
import { scopeOf } from "./calls.ts";
import { closeStep } from "./close-step.ts";
import { judge } from "./judge.ts";
import { messageOf } from "./message-of.ts";
import { absence } from "./request.ts";
import { type Judged, StepRecorder } from "./step-recorder.ts";
import type { Task } from "./task.ts";

export interface ModelTaskContext {
  readonly agent: AgentDefinition;
  /** Store time in ms. */
  readonly now: () => number;
  readonly model: () => Model;
  /** May take its time, and throw what the application's code threw. */
  readonly instructions: () => Promise<string | undefined>;
  /** What the agent can call in this step. Never rejects. */
  readonly tools: () => AgentTools | Promise<AgentTools>;
  /** What the model is asked as the history stands now. */
  readonly request: (instructions: string | undefined, tools: AgentTools) => ModelRequest;
}

/** How many of the response's events are handled before other work gets its turn. */
const hopEvents = 256;
/** The details that an error may have, in UTF-16 units of JSON. */
const maxDetails = 16_384;

/**
 * One attempt of one step: opens it, streams the model into the log, and commits it, reverts it for a retry, or
 * commits it as failed. Never throws for what the model did.
 */
export async function runModel(task: Task, ctx: ModelTaskContext): Promise<void> {
  const { agent } = ctx;
  const prepared = await prepare(ctx);
  const asked = ctx.tools();
  const tools = asked instanceof Promise ? await asked : asked;
  if (task.signal.aborted) return;
  // From here to the push nothing may wait: a message that came between the history and the step would count as heard.
  const request = ctx.request("failed" in prepared ? undefined : prepared.instructions, tools);
  const recorder = new StepRecorder();
  const step = task.state.stepNumber + 1;
  const message = messageFor(task, agent);
  const model = "failed" in prepared ? "none" : prepared.model.id;
  task.push([{ type: "step.started", step, message, agent: agent.name, model }]);
  push(task, absences(task, tools));
  try {
    if ("failed" in prepared) throw prepared.failed;
    const stream = prepared.model.stream(request, { signal: task.signal });
    const end = await record(task, recorder, stream, (event) => judge(event, agent, tools.tools));
    if (task.signal.aborted) return;
    recorder.begin(task.seq);
    recorder.finish({ code: "invalid-input", message: "The model did not finish this call." });
    const { finishReason, usage = noUsage, provider } = end;
    task.push([
      ...recorder.take(),
      {
        type: "step.completed",
        step,
        finishReason,
        usage,
        ...(provider !== undefined && { provider }),
      },
    ]);
  } catch (error) {
    if (!task.signal.aborted) fail(task, ctx, step, error);
  }
}

/** A model that is missing or instructions that throw are the application's mistake: no retry mends them. */
async function prepare(
  ctx: ModelTaskContext,
): Promise<
  | { readonly model: Model; readonly instructions: string | undefined }
  | { readonly failed: ModelError }
> {
  try {
    return { model: ctx.model(), instructions: await ctx.instructions() };
  } catch (cause) {
    const message = messageOf(cause);
    return { failed: new ModelError({ code: "model-error", message, cause }) };
  }
}

type Finish = Extract<ModelEvent, { type: "finish" }>;

async function record(
  task: Task,
  recorder: StepRecorder,
  stream: AsyncIterable<ModelEvent | readonly ModelEvent[]>,
  judgeOf: (event: Extract<ModelEvent, { type: "tool.called" }>) => Promise<Judged>,
): Promise<Finish> {
  let sinceHop = 0;
  for await (const item of stream) {
    if (task.signal.aborted) break;
    const events: readonly ModelEvent[] = Array.isArray(item) ? item : [item as ModelEvent];
    recorder.begin(task.seq);
    for (const event of events) {
      if (event.type === "finish") {
        push(task, recorder.take());
        return event;
      }
      if (event.type !== "tool.called") {
        recorder.record(event);
        continue;
      }
      // A judgement may take time, and other scopes write meanwhile: what is recorded so far goes out first.
      push(task, recorder.take());
      const judged = await judgeOf({ ...event, name: recorder.nameOf(event) });
      recorder.begin(task.seq);
      recorder.called(event, judged);
      push(task, recorder.take());
      recorder.begin(task.seq);
    }
    push(task, recorder.take());
    sinceHop += events.length;
    const full = task.pause();
    if (full !== undefined) await full;
    else if (sinceHop >= hopEvents) {
      sinceHop = 0;
      await nextMacrotask();
    }
  }
  throw new ModelError({
    code: "model-error",
    message: "The model's answer was cut before its end.",
    retryable: true,
  });
}

function push(task: Task, events: readonly NewEvent[]): void {
  if (events.length > 0) task.push(events);
}

/** Says once in a run that a toolset is down. */
function absences({ state }: Task, { missing }: AgentTools): readonly NewEvent[] {
  const code = "toolset-unavailable";
  const known = new Set(state.warnings.map(({ message }) => message));
  return missing
    .map(absence)
    .filter((message) => !known.has(message))
    .map((message) => ({ type: "warning.raised", code, message }));
}

/** Goes on in the agent's own newest message; after a user's message or a hand-off it opens the next one. */
function messageFor(task: Task, agent: AgentDefinition): string {
  const { state } = task;
  const last: Message | undefined = scopeOf(state, task.scope)?.messages.at(-1);
  const mine = last?.role === "assistant" && last.agent === agent.name;
  return mine ? last.id : `${state.run}.${task.seq + 1}`;
}

function fail(task: Task, ctx: ModelTaskContext, step: number, thrown: unknown): void {
  const failure = ModelError.is(thrown) ? thrown : unexpected(thrown);
  const error = clip(failure.toRunError());
  const { usage } = failure;
  const attempts = scopeOf(task.state, task.scope)?.attempts ?? 0;
  if (failure.retryable && attempts < ctx.agent.maxRetries) {
    const { retryAfterMs = Number.NaN } = failure;
    const pause = Number.isFinite(retryAfterMs) ? Math.max(0, retryAfterMs) : backoff(attempts);
    const retryAt = ctx.now() + Math.ceil(pause);
    task.push([
      { type: "step.reverted", step, reason: "retry", error, ...(usage && { usage }), retryAt },
    ]);
    return;
  }
  const message = "The model's answer failed before the call could run.";
  task.push([
    ...closeStep(scopeOf(task.state, task.scope), { code: "cancelled", message }),
    { type: "step.completed", step, finishReason: "error", usage: usage ?? noUsage, error },
  ]);
}

/** A throw that is no {@link ModelError}: mostly a broken connection. */
function unexpected(thrown: unknown): ModelError {
  const message = messageOf(thrown);
  // Our own refusal of an event (too large) comes again with every attempt.
  return new ModelError({
    code: "model-error",
    message,
    retryable: !RunwireError.is(thrown),
    cause: thrown,
  });
}

/** A provider's error may quote the whole request: what does not fit an event is left out. */
function clip({ details, ...error }: RunError): RunError {
  return { ...error, message: messageOf(error.message), ...(fits(details) && { details }) };
}

function fits(details: Json | undefined): details is Json {
  try {
    return details !== undefined && JSON.stringify(details).length <= maxDetails;
  } catch {
    return false;
  }
}

/** Full jitter over 0.5 s, 1 s, 2 s … 30 s. */
function backoff(attempts: number): number {
  return Math.round(Math.random() * Math.min(30_000, 500 * 2 ** attempts));
}
