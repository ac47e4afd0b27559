export { RunFailedError } from "@runwire/core/protocol";
export { type Client, type ClientOptions, createClient, type ThreadPage } from "./client.ts";
export {
  ClientError,
  type ClientErrorCode,
  type ClientErrorOptions,
  type Problem,
} from "./client-error.ts";
export { createThread } from "./create-thread.ts";
export type { Connection } from "./follow.ts";
export type {
  PendingApproval,
  Thread,
  ThreadOptions,
  ThreadRun,
  ThreadSnapshot,
  ThreadState,
  ThreadStatus,
} from "./thread.ts";
