import type { RunInput } from "../runtime-contract.ts";
import type { AgentTypes } from "./agent-types.ts";
import type { AgentMap } from "./agents-of.ts";
import type { Run, RunOptions, StartedRun, WatchOptions } from "./run.ts";

/**
 * Starts and follows runs of the agents in `Agents`. A runtime and a client both are one, so that what is written
 * against it runs in the server's process and in a browser.
 */
export interface Runs<Agents extends AgentMap = AgentMap> {
  /** Starts a run. Returns at once; what goes wrong is told by `result` and by iteration. */
  readonly run: (string extends keyof Agents ? Untyped : Typed<Agents>)["run"];
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

interface Untyped {
  run(agent: string, input: RunInput, options?: RunOptions): StartedRun;
}

interface Typed<Agents extends AgentMap> {
  /**
   * `A` is never given. It stands between `N` and the options because a compiler looks at callbacks by the constraint
   * of the type parameter they depend on: `Agents[N]` would cost it all agents at each call, `A` costs it one.
   */
  run<N extends keyof Agents & string, A extends AgentTypes = Agents[N]>(
    agent: N,
    input: RunInput,
    options?: RunOptions<NoInfer<A>>,
  ): StartedRun<A>;
}
