import type { AgentDefinition } from "../definition.ts";
import type { RunInput } from "../runtime-contract.ts";
import type { AgentTypes } from "./agent-types.ts";
import type { AgentRunOptions, StartedRun } from "./run.ts";

/** What `agent()` returns: an immutable value. */
export interface Agent<A extends AgentTypes = AgentTypes> extends AgentDefinition {
  readonly name: A["name"];
  readonly "~types"?: A;
  /** Runs the agent in this process. It needs no server and no runtime. */
  run(input: RunInput, options?: AgentRunOptions<A>): StartedRun<A>;
}
