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
export { compacted } from "./log/compaction.ts";
export type {
  Append,
  AppendResult,
  ClaimRequest,
  CreateResult,
  Deletion,
  EventLog,
  Lease,
  LeaseRef,
  NewRun,
  ReadResult,
  RenewResult,
  RunInfo,
  SendResult,
  ThreadInfo,
  Threads,
  Topic,
} from "./log/event-log.ts";
export {
  fairnessMs,
  maxBatchBytes,
  maxCommandBytes,
  maxEventBytes,
  maxPendingCommands,
} from "./log/event-log.ts";
export { type MemoryLogOptions, memoryLog } from "./log/memory-log.ts";
export {
  cutSegment,
  encodeSegment,
  encodeSegments,
  joinSegments,
  type Segment,
  segmentEvents,
  segmentJson,
} from "./log/segment.ts";
export type { Model, ModelEvent, ModelRequest, ToolSpec } from "./model.ts";
export type { ModelChoice, ModelContext, ModelRef, ModelRule } from "./model-choice.ts";
export { ModelError, type ModelErrorOptions } from "./model-error.ts";
export { createModels, type Models, type ModelTable } from "./models.ts";
export { type ClosingCause, closing } from "./protocol/closing.ts";
export { encodeEvent } from "./protocol/encode.ts";
export { eventTypes, isKnown } from "./protocol/event-types.ts";
export { createVerifier, type Verifier, type VerifierOptions } from "./protocol/order.ts";
export { isId, type Violation } from "./protocol/order-rule.ts";
export { type AgentWorker, createWorker } from "./runtime/create-worker.ts";
export { mcpServersOf } from "./runtime/mcp-servers.ts";
export type { Retention } from "./runtime/retention.ts";
export { createRuntime, type Runtime } from "./runtime/runtime.ts";
export { newRunId, threadIdFor } from "./runtime/start-run.ts";
export type { RuntimeOptions, WorkerOptions, WorkOptions } from "./runtime/work-options.ts";
export type {
  NamedModels,
  RunInput,
  RuntimeCore,
  StartRequest,
  StartResult,
  TailItem,
  TailOptions,
  TailThreadOptions,
  ThreadItem,
  Viewer,
  WatchFrom,
  Watching,
  WatchThreadFrom,
} from "./runtime-contract.ts";
export { RunwireError, type RunwireErrorCode, type RunwireErrorOptions } from "./runwire-error.ts";
export { type ToolOptions, tool } from "./tool.ts";
export { type ToolOutput, toolOutput } from "./tool-output.ts";
export type { OpenToolset, ToolsByName, Toolset } from "./toolset.ts";
export { type Turn, type TurnCall, type TurnPart, type TurnResult, toTurns } from "./turns.ts";
export type { Agent } from "./types/agent.ts";
export type { AgentTypes, TypesOf } from "./types/agent-types.ts";
export type { AgentMap, AgentMapOf, AgentsOf, HasAgents } from "./types/agents-of.ts";
export type { ClientToolContext, ClientToolHandler, ClientTools } from "./types/client-tools.ts";
export type { DeepPartial } from "./types/deep-partial.ts";
export type { Jsonify } from "./types/jsonify.ts";
export type { On } from "./types/on.ts";
export type { Output } from "./types/output.ts";
export type {
  AgentRunOptions,
  Run,
  RunOptions,
  StartedRun,
  WatchOptions,
} from "./types/run.ts";
export type { Runs } from "./types/runs.ts";
export type { Tool, ToolTypes } from "./types/tool-types.ts";
export type { TypedEvent, TypedEvents } from "./types/typed-events.ts";
export type { DataPartOf, PartOf, ToolPartOf } from "./types/typed-parts.ts";
