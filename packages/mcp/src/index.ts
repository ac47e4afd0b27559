export type { McpProgress } from "./call.ts";
export { type McpServer, mcp } from "./mcp.ts";
export { McpError, type McpErrorCode, type McpErrorOptions } from "./mcp-error.ts";
export type {
  CommonOptions,
  HttpOptions,
  McpCall,
  McpOptions,
  StdioOptions,
  TransportOptions,
} from "./options.ts";
export type { McpOpening, McpPrompt, McpPromptArgument } from "./prompts.ts";
export type { McpResource, McpResources } from "./resource-tools.ts";
