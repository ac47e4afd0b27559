export { aiSdk } from "./ai-sdk.ts";
export type { AiSdkModel, AiSdkOptions, HostedTool, Price } from "./options.ts";
