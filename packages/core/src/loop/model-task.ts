import type { AgentDefinition } from "../definition.ts";
import { nextMacrotask } from "../macrotask.ts";
import type { Model, ModelEvent, ModelRequest } from "../model.ts";
import { ModelError } from "../model-error.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { Message } from "../protocol/message.ts";
import { noUsage } from "../protocol/usage.ts";
import type { AgentTools } from "./agent-tools.ts";
import { scopeOf } from "./calls.ts";
import { failStep } from "./fail-step.ts";
import { judge } from "./judge.ts";
import { messageOf } from "./message-of.ts";
import { type Picked, pickModel } from "./pick-model.ts";
import { absence } from "./request.ts";
import { type Judged, StepRecorder } from "./step-recorder.ts";
import type { Task } from "./task.ts";

export interface ModelTaskContext {
  readonly agent: AgentDefinition;
  /** Store time in ms. */
  readonly now: () => number;
  /** What the agent asks, in order. May take its time, and throw what the application's code threw. */
  readonly models: () => Promise<readonly Model[]>;
  /** May take its time, and throw what the application's code threw. */
  readonly instructions: () => Promise<string | undefined>;
  /** What the agent can call in this step. Never rejects. */
  readonly tools: () => AgentTools | Promise<AgentTools>;
  /** What the model is asked as the history stands now. */
  readonly request: (instructions: string | undefined, tools: AgentTools) => ModelRequest;
}

/** How many of the response's events are handled before other work gets its turn. */
const hopEvents = 256;

/**
 * One attempt of one step: opens it, streams the model into the log, and commits it, or reverts it for another attempt
 * or commits it as failed. Never throws for what the model did.
 */
export async function runModel(task: Task, ctx: ModelTaskContext): Promise<void> {
  const { agent } = ctx;
  const prepared = await prepare(task, ctx);
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
    if (task.signal.aborted) return;
    const { maxRetries } = agent;
    const spare = "failed" in prepared ? false : prepared.spare;
    failStep(task, { step, thrown: error, maxRetries, spare, now: ctx.now });
  }
}

/** A model that is missing or instructions that throw are the application's mistake: no retry mends them. */
async function prepare(task: Task, ctx: ModelTaskContext): Promise<Prepared> {
  try {
    const { failedModels } = scopeOf(task.state, task.scope) ?? task.state;
    const picked = pickModel(await ctx.models(), failedModels);
    return { ...picked, instructions: await ctx.instructions() };
  } catch (cause) {
    const message = messageOf(cause);
    return { failed: new ModelError({ code: "model-error", message, cause }) };
  }
}

type Prepared =
  | (Picked & { readonly instructions: string | undefined })
  | { readonly failed: ModelError };

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
