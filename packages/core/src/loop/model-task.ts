import type { AgentDefinition } from "../definition.ts";
import { nextMacrotask } from "../macrotask.ts";
import type { Model, ModelEvent, ModelRequest } from "../model.ts";
import { ModelError } from "../model-error.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { Message } from "../protocol/message.ts";
import { noUsage } from "../protocol/usage.ts";
import { RunwireError } from "../runwire-error.ts";
import { scopeOf } from "./calls.ts";
import { judge } from "./judge.ts";
import { StepRecorder } from "./step-recorder.ts";
import type { Task } from "./task.ts";

export interface ModelTaskContext {
  readonly agent: AgentDefinition;
  /** Store time in ms. */
  readonly now: () => number;
  /** What the model is asked as the history stands now. May throw what the application's code threw. */
  readonly request: () => Promise<ModelRequest>;
  readonly model: () => Model;
}

/** How many responses' events are handled before other work gets its turn. */
const hopEvents = 256;

/**
 * One attempt of one step: opens it, streams the model into the log, and commits it, reverts it for a retry, or
 * commits it as failed. Never throws for what the model did.
 */
export async function runModel(task: Task, ctx: ModelTaskContext): Promise<void> {
  const { agent } = ctx;
  const recorder = new StepRecorder();
  // The history is read before the step opens: it must not hold the message that the step is about to write.
  const prepared = await prepare(ctx);
  if (task.signal.aborted) return;
  const step = task.state.stepNumber + 1;
  const message = messageFor(task, agent);
  const model = "failed" in prepared ? "none" : prepared.model.id;
  task.push([{ type: "step.started", step, message, agent: agent.name, model }]);
  try {
    if ("failed" in prepared) throw prepared.failed;
    const stream = prepared.model.stream(prepared.request, { signal: task.signal });
    const end = await record(task, recorder, stream, agent);
    if (task.signal.aborted) return;
    recorder.begin(task.seq);
    recorder.finish({ code: "invalid-input", message: "The model did not finish this call." });
    const { finishReason, usage, provider } = end;
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
    if (!task.signal.aborted) fail(task, ctx, recorder, step, error);
  }
}

/** A model that is missing or instructions that throw are the application's mistake: no retry mends them. */
async function prepare(
  ctx: ModelTaskContext,
): Promise<
  { readonly model: Model; readonly request: ModelRequest } | { readonly failed: ModelError }
> {
  try {
    return { model: ctx.model(), request: await ctx.request() };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return { failed: new ModelError({ code: "model-error", message, cause }) };
  }
}

type Finish = Extract<ModelEvent, { type: "finish" }>;

async function record(
  task: Task,
  recorder: StepRecorder,
  stream: AsyncIterable<ModelEvent | readonly ModelEvent[]>,
  agent: AgentDefinition,
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
      const judged = await judge(event, agent);
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

/** Goes on in the agent's own newest message; after a user's message or a hand-off it opens the next one. */
function messageFor(task: Task, agent: AgentDefinition): string {
  const { state } = task;
  const last: Message | undefined = scopeOf(state, task.scope)?.messages.at(-1);
  const mine = last?.role === "assistant" && last.agent === agent.name;
  return mine ? last.id : `${state.run}.${task.seq + 1}`;
}

function fail(
  task: Task,
  ctx: ModelTaskContext,
  recorder: StepRecorder,
  step: number,
  thrown: unknown,
): void {
  const failure = ModelError.is(thrown) ? thrown : unexpected(thrown);
  const error = failure.toRunError();
  const { usage } = failure;
  const attempts = scopeOf(task.state, task.scope)?.attempts ?? 0;
  if (failure.retryable && attempts < ctx.agent.maxRetries) {
    const retryAt = ctx.now() + (failure.retryAfterMs ?? backoff(attempts));
    task.push([
      { type: "step.reverted", step, reason: "retry", error, ...(usage && { usage }), retryAt },
    ]);
    return;
  }
  recorder.begin(task.seq);
  recorder.finish({
    code: "cancelled",
    message: "The model's answer failed before the call could run.",
  });
  task.push([
    ...recorder.take(),
    { type: "step.completed", step, finishReason: "error", usage: usage ?? noUsage, error },
  ]);
}

/** A throw that is no {@link ModelError}: mostly a broken connection. */
function unexpected(thrown: unknown): ModelError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // Our own refusal of an event (too large) comes again with every attempt.
  return new ModelError({
    code: "model-error",
    message,
    retryable: !RunwireError.is(thrown),
    cause: thrown,
  });
}

/** Full jitter over 0.5 s, 1 s, 2 s … 30 s. */
function backoff(attempts: number): number {
  return Math.round(Math.random() * Math.min(30_000, 500 * 2 ** attempts));
}
