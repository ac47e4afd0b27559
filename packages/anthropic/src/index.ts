export { type AnthropicProvider, anthropic } from "./anthropic.ts";
export type { AnthropicClient } from "./connection.ts";
export type { AnthropicOptions, HostedTool, Price } from "./options.ts";
