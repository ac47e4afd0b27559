import type { AgentDefinition } from "../definition.ts";
import type { RuntimeCore } from "../runtime-contract.ts";
import type { AgentMap, AgentMapOf, HasAgents } from "../types/agents-of.ts";
import type { Runs } from "../types/runs.ts";
import { createRuntimeCore } from "./create-runtime.ts";
import { runHandle } from "./run-handle.ts";
import { newRunId, threadIdFor } from "./start-run.ts";
import type { RuntimeOptions } from "./work-options.ts";

/** Agents, a log, and the loop that runs them; what servers, workers, cron jobs and scripts share. */
export interface Runtime<Agents extends AgentMap = AgentMap>
  extends RuntimeCore,
    Runs<Agents>,
    HasAgents<Agents> {}

/**
 * Makes a runtime. It takes up runs that nobody works on, so one process is enough to finish what another began; with
 * `recover: false` it leaves all of them to workers (`createWorker`).
 *
 * @example
 * const runtime = createRuntime({ agents: [assistant] });
 * const answer = await runtime.run("assistant", "Why is the sky blue?").result;
 */
export function createRuntime<const A extends readonly AgentDefinition[]>(
  options: RuntimeOptions<A>,
): Runtime<AgentMapOf<A>> {
  const core = createRuntimeCore(options);
  const runs: Runs = {
    run(agent, input, { on, tools, signal, ...request } = {}) {
      const run = request.run ?? newRunId();
      const thread = request.thread ?? threadIdFor(run);
      const started = core.start({ ...request, agent, input, run, thread });
      // Told by `result` and by iteration, to whoever looks.
      started.catch(() => {});
      return runHandle(core, {
        run,
        thread,
        started,
        ...(on !== undefined && { on }),
        ...(tools !== undefined && { tools }),
        ...(signal !== undefined && { signal }),
      });
    },
    follow: (run, options) => runHandle(core, { run, ...options }),
    async latest(thread) {
      const head = (await core.log.threads.get(thread))?.head;
      return head === undefined ? undefined : runHandle(core, { run: head, thread });
    },
  };
  return Object.assign(core, runs) as Runtime as Runtime<AgentMapOf<A>>;
}
