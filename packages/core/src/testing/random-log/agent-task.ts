import type { NewEvent } from "../../protocol/events.ts";
import { type MadeCall, ModelResponse, type OpenCall } from "./model-response.ts";
import { toolTask } from "./tool-task.ts";
import type { Task, World } from "./world.ts";

export interface AgentTaskOptions {
  readonly world: World;
  readonly scope: string | undefined;
  readonly agent: string;
  /** How many agents are above this one. */
  readonly depth: number;
}

/** One agent at work: steps, and between them the calls that they made. */
export function* agentTask(options: AgentTaskOptions): Task {
  const { world, scope, depth } = options;
  const { random } = world;
  const emit = (event: NewEvent) => world.emit(scope === undefined ? event : { ...event, scope });
  let { agent } = options;
  let hosted: MadeCall[] = [];
  let message: string | undefined;
  for (let left = 1 + random.int(4); left > 0 || hosted.length > 0; left--) {
    message = message !== undefined && random.oneIn(2) ? message : world.messageId();
    const response = yield* stepOf({ ...options, agent }, message, hosted, left > 1);
    hosted = response.hosted;
    let open = 0;
    const switches: MadeCall[] = [];
    for (const { made, needsApproval } of response.calls) {
      if (made.name.startsWith("transfer_to_")) {
        switches.push(made);
      } else if (made.name === "coder" && depth >= 2) {
        const error = { code: "unknown-tool", message: "There is no such tool." };
        emit({ type: "tool.failed", ...made, error });
      } else {
        open++;
        const settled = () => {
          open--;
        };
        const work = () => agentTask({ world, scope: made.call, agent: "coder", depth: depth + 1 });
        world.spawn(toolTask({ world, scope, made, needsApproval, work, settled }));
      }
    }
    yield () => open === 0;
    for (const [index, { call, name }] of switches.entries()) {
      if (index === 0) {
        emit({ type: "agent.switched", from: agent, to: "helper", call });
        agent = "helper";
        message = undefined;
      } else {
        const error = { code: "tool-error", message: "Already handed over." };
        emit({ type: "tool.failed", call, name, error });
      }
    }
    if (left === 1 && random.oneIn(6)) {
      const error = { code: "invalid-output", message: "It is not JSON." };
      emit({ type: "output.rejected", error, attempt: 1 });
      left++;
    }
    yield;
  }
}

const lost = Symbol("the process is gone");

/** A step with all its attempts. */
function* stepOf(
  { world, scope, agent }: AgentTaskOptions,
  message: string,
  hosted: MadeCall[],
  callsTools: boolean,
): Generator<(() => boolean) | undefined, { calls: readonly OpenCall[]; hosted: MadeCall[] }> {
  const { random } = world;
  const emit = (event: NewEvent) => world.emit(scope === undefined ? event : { ...event, scope });
  for (;;) {
    const { process } = world;
    const step = ++world.step;
    const response = new ModelResponse(world, scope, { hosted, callsTools });
    emit({ type: "step.started", step, message, agent, model: "scripted/random" });
    try {
      for (let left = random.int(30); left > 0; left--) {
        yield;
        if (world.process !== process) throw lost;
        response.act();
      }
    } catch (error) {
      if (error !== lost) throw error;
      emit({ type: "step.reverted", step, reason: "recovery" });
      continue;
    }
    if (random.oneIn(8)) {
      const reason = random.pick(["retry", "fallback"] as const);
      const error = { code: "rate-limited", message: "Slow down.", retryable: true } as const;
      const usage = random.oneIn(2) ? { usage: world.someUsage() } : {};
      emit({ type: "step.reverted", step, reason, error, ...usage, retryAt: world.now + 1_000 });
      continue;
    }
    const paused = random.oneIn(6);
    const left = response.end(paused);
    const { calls } = response;
    const finishReason = paused ? "paused" : calls.length > 0 ? "tool-calls" : "stop";
    const provider = random.oneIn(4) ? { provider: { scripted: step } } : {};
    emit({ type: "step.completed", step, finishReason, usage: world.someUsage(), ...provider });
    return { calls, hosted: left };
  }
}
