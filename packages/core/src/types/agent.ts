import type { AgentDefinition } from "../definition.ts";
import type { AgentTypes } from "./agent-types.ts";

/** What `agent()` returns: an immutable value. */
export interface Agent<A extends AgentTypes = AgentTypes> extends AgentDefinition {
  readonly name: A["name"];
  readonly "~types"?: A;
}
