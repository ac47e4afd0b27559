import type { AgentTypes } from "./agent-types.ts";

/** What a run of the agent comes to: the JSON of its structured output, else the answer's text. */
export type Output<A extends AgentTypes = AgentTypes> = A["output"];
