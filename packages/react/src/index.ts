"use client";

export { type AgentStream, useAgentStream } from "./use-agent-stream.ts";
export { useMessage } from "./use-message.ts";
export { useThread, type WithClient, type WithUrl } from "./use-thread.ts";
export { useThreadState } from "./use-thread-state.ts";
