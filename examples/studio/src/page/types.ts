import type { DataPartOf, PartOf, ToolPartOf, TypesOf } from "@runwire/core";
import type { MessageOf } from "@runwire/core/protocol";
import type { createAgents } from "../server/agents.ts";

type Agents = ReturnType<typeof createAgents>;

/** The types of both agents and of the agents they delegate to: calls and data narrow by name. */
export type Types = TypesOf<Agents[keyof Agents]>;
export type StudioPart = PartOf<Types>;
export type StudioMessage = MessageOf<StudioPart>;
export type ToolCall = ToolPartOf<Types>;
export type CallOf<N extends ToolCall["name"]> = Extract<ToolCall, { name: N }>;
export type Data = DataPartOf<Types>;
export type AgentName = keyof Agents;
