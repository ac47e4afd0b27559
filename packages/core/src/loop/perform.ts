import type { Lease } from "../log/event-log.ts";
import type { History } from "../protocol/state.ts";
import type { Action } from "./action.ts";
import { callIn, scopeOf } from "./calls.ts";
import { modelContext } from "./model-context.ts";
import { runModel } from "./model-task.ts";
import type { WorkerContext } from "./open-run.ts";
import { instructionsOf, modelRequest } from "./request.ts";
import type { Task } from "./task.ts";
import { runTool } from "./tool-task.ts";
import { runToolsetCall } from "./toolset-task.ts";

/** The run that an action is performed for. */
export interface PerformedRun {
  readonly lease: Lease;
  /** The messages of the runs before this one. */
  readonly earlier: History;
}

/** Does the work of an action. What it appends changes the state, and so what `next` asks for. */
export async function perform(
  task: Task,
  action: Extract<Action, { type: "model" | "tool" }>,
  ctx: WorkerContext,
  run: PerformedRun,
): Promise<void> {
  const scope = scopeOf(task.state, action.scope);
  const { principal } = run.lease;
  const { registry, now, toolsets } = ctx;
  if (scope === undefined) return;
  if (action.type === "model") {
    const agent = registry.agent(scope.agent);
    if (agent === undefined) return;
    const { earlier } = run;
    return runModel(task, {
      agent,
      now,
      models: () =>
        ctx.models(
          modelContext(task.state, action.scope, { principal, earlier }),
          task.state.model,
        ),
      instructions: () => instructionsOf(agent, task.state, principal),
      tools: () => toolsets.toolsOf(agent, task.state),
      request: (instructions, tools) =>
        modelRequest(task.state, action.scope, agent, { registry, instructions, tools, earlier }),
    });
  }
  const part = callIn(scope, action.call);
  const callee = part === undefined ? undefined : registry.callee(scope, part.name);
  const given = { now, principal };
  if (callee?.type === "tool") return runTool(task, action.call, callee.tool, given);
  if (callee?.type === "toolset") {
    return runToolsetCall(task, action.call, callee.agent, toolsets, given);
  }
}
