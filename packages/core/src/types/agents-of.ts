import type { AgentDefinition } from "../definition.ts";
import type { AgentTypes, TypesOf } from "./agent-types.ts";

/** Agents' types by name. */
export interface AgentMap {
  readonly [name: string]: AgentTypes;
}

/**
 * What a handler or a runtime carries so that `typeof handler` tells its agents: a property that never exists at run
 * time.
 */
export interface HasAgents<Agents extends AgentMap> {
  readonly "~agents"?: Agents;
}

/** The map of a list of agents, as `createHandler({ agents: [...] })` takes it. */
export type AgentMapOf<Agents extends readonly AgentDefinition[]> = {
  readonly [A in Agents[number] as A["name"]]: TypesOf<A>;
};

/**
 * The agents that a type tells of: a handler's or a runtime's, or the one agent itself. Anything else tells of none,
 * and any name goes, untyped.
 */
export type AgentsOf<T> = "~agents" extends keyof T
  ? Extract<T["~agents"], AgentMap>
  : "~types" extends keyof T
    ? AgentMapOf<readonly Extract<T, AgentDefinition>[]>
    : AgentMap;
