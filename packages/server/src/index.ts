export type { Action, Authorize, Principal } from "./authorize.ts";
export type { CorsOptions } from "./cors.ts";
export { createHandler, type Handler } from "./handler.ts";
export type { RequestLimits } from "./limits.ts";
export type { HandlerOptions, RuntimeHandlerOptions, ServeOptions } from "./options.ts";
export type { BodyFault, ProblemCode } from "./problem.ts";
export type { SseFrame } from "./sse-frame.ts";
export { type SseResponseOptions, sseResponse } from "./sse-response.ts";
