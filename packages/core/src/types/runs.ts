import type { RunInput } from "../runtime-contract.ts";
import type { AgentMap } from "./agents-of.ts";
import type { Run, RunOptions, StartedRun, WatchOptions } from "./run.ts";

/**
 * Starts and follows runs of the agents in `Agents`. A runtime and a client both are one, so that what is written
 * against it runs in the server's process and in a browser.
 */
export interface Runs<Agents extends AgentMap = AgentMap> {
  /** Starts a run. Returns at once; what goes wrong is told by `result` and by iteration. */
  run<N extends keyof Agents & string>(
    agent: N,
    input: RunInput,
    options?: RunOptions<Agents[N]>,
  ): StartedRun<Agents[N]>;
  /** Follows a run that may have been started anywhere. Name its agent for its types: `follow<"assistant">(id)`. */
  follow<N extends keyof Agents & string = keyof Agents & string>(
    run: string,
    options?: WatchOptions<Agents[N]>,
  ): Run<Agents[N]>;
  /** The newest run of a thread; `undefined`: there is none. */
  latest<N extends keyof Agents & string = keyof Agents & string>(
    thread: string,
  ): Promise<Run<Agents[N]> | undefined>;
}
