import type { AgentDefinition } from "./definition.ts";
import type { EventLog } from "./log/event-log.ts";
import { createRuntimeCore } from "./runtime/create-runtime.ts";
import { runHandle } from "./runtime/run-handle.ts";
import { newRunId, threadIdFor } from "./runtime/start-run.ts";
import type { RunInput, RuntimeCore } from "./runtime-contract.ts";
import type { AgentRunOptions, StartedRun } from "./types/run.ts";

/** One runtime for an agent and a log, as long as both are referred to. */
const runtimes = new WeakMap<AgentDefinition, WeakMap<EventLog, RuntimeCore>>();

/** `agent.run`: a run in this process, with no server. `signal` cancels it, since who calls owns it. */
export function runAgent(
  agent: AgentDefinition,
  input: RunInput,
  { log, on, tools, signal, ...request }: AgentRunOptions = {},
): StartedRun {
  // Without a log the run has a memory of its own, which goes with it.
  const core = log === undefined ? createRuntimeCore({ agents: [agent] }) : runtimeOf(agent, log);
  const run = request.run ?? newRunId();
  const thread = request.thread ?? threadIdFor(run);
  const started = core.start({ ...request, agent: agent.name, input, run, thread });
  started.catch(() => {});
  const handle = runHandle(core, {
    run,
    thread,
    started,
    ...(on !== undefined && { on }),
    ...(tools !== undefined && { tools }),
  });
  if (signal !== undefined) cancelWith(handle, signal);
  if (log === undefined) {
    const close = (): void => void core.close();
    handle.result.then(close, close);
  }
  return handle;
}

function cancelWith(run: StartedRun, signal: AbortSignal): void {
  const cancel = (): void => {
    const { reason } = signal;
    const text = reason instanceof Error ? reason.message : undefined;
    run.cancel(text === undefined ? {} : { reason: text }).catch(() => {});
  };
  if (signal.aborted) {
    cancel();
    return;
  }
  signal.addEventListener("abort", cancel, { once: true });
  const remove = (): void => signal.removeEventListener("abort", cancel);
  run.result.then(remove, remove);
}

function runtimeOf(agent: AgentDefinition, log: EventLog): RuntimeCore {
  const logs = runtimes.get(agent) ?? new WeakMap<EventLog, RuntimeCore>();
  runtimes.set(agent, logs);
  const runtime = logs.get(log) ?? createRuntimeCore({ agents: [agent], log });
  logs.set(log, runtime);
  return runtime;
}
