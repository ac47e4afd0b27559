export type { Command, InboxEntry } from "./command.ts";
export { type Cursor, formatCursor, parseCursor, start } from "./cursor.ts";
export { decodeEvent, decodeFrame } from "./decode.ts";
export { type Callbacks, dispatch } from "./dispatch.ts";
export { createDraft, type RunDraft } from "./draft.ts";
export { isEnded } from "./ended.ts";
export type { ErrorCode, LimitName, RunError } from "./errors.ts";
export { isTerminal } from "./event-types.ts";
export {
  type DeltaType,
  type EventMap,
  type EventOf,
  type EventType,
  type NewEvent,
  type PatchOperation,
  PROTOCOL,
  type RunEvent,
  type TerminalType,
  type Wait,
} from "./events.ts";
export { fold, foldAll } from "./fold.ts";
export type { Frame, RunFrame } from "./frame.ts";
export type { Json, JsonObject, ProviderData } from "./json.ts";
export type { Limits } from "./limits.ts";
export type {
  Approval,
  Content,
  DataPart,
  FilePart,
  Message,
  MessageOf,
  OpaquePart,
  Part,
  ReasoningPart,
  SourcePart,
  TextPart,
  ToolPart,
  ToolStatus,
} from "./message.ts";
export { applyPatch } from "./patch.ts";
export {
  ProtocolError,
  type ProtocolErrorCode,
  type ProtocolErrorOptions,
} from "./protocol-error.ts";
export { RunFailedError } from "./run-failed-error.ts";
export {
  type AskedPart,
  isSettled,
  lastText,
  pendingApprovals,
  pendingCalls,
  type ScopedCall,
  textOf,
  usageOf,
} from "./selectors.ts";
export type {
  History,
  OpenStep,
  RunState,
  RunStatus,
  ScopeState,
  SnapshotFrame,
  SubScope,
} from "./state.ts";
export { addUsage, type FinishReason, noUsage, type Usage } from "./usage.ts";
