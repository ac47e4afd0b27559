export { type OpenAIProvider, openai } from "./openai.ts";
export type { HostedTool, OpenAIChatOptions, OpenAIOptions, Price } from "./options.ts";
