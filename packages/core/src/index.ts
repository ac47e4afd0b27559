export { type AgentOptions, agent } from "./agent.ts";
export { type ClientToolOptions, clientTool } from "./client-tool.ts";
export type {
  AgentDefinition,
  ApprovalRule,
  ApprovalVerdict,
  InstructionContext,
  ToolContext,
  ToolDefinition,
} from "./definition.ts";
export type { Model, ModelEvent, ModelRequest, ToolSpec } from "./model.ts";
export { ModelError, type ModelErrorOptions } from "./model-error.ts";
export { RunwireError, type RunwireErrorCode, type RunwireErrorOptions } from "./runwire-error.ts";
export { type ToolOptions, tool } from "./tool.ts";
export { type Turn, type TurnCall, type TurnPart, type TurnResult, toTurns } from "./turns.ts";
export type { Agent } from "./types/agent.ts";
export type { AgentTypes } from "./types/agent-types.ts";
export type { Jsonify } from "./types/jsonify.ts";
export type { Tool, ToolTypes } from "./types/tool-types.ts";
