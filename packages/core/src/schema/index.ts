import type { z } from "zod";
import type { Command } from "../protocol/command.ts";
import type { RunError } from "../protocol/errors.ts";
import type { PatchOperation, RunEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Content, Message } from "../protocol/message.ts";
import type { RunState, SnapshotFrame } from "../protocol/state.ts";
import type { Usage } from "../protocol/usage.ts";
import { command } from "./command.ts";
import { id, limits, runError, usage } from "./common.ts";
import { patchOperation, runEvent } from "./event.ts";
import { json } from "./json.ts";
import { content, message } from "./message.ts";
import { runState, snapshotFrame } from "./state.ts";

/*
 * The protocol as zod schemas, for its edges: requests, files, tests. They accept fields that they do not know and keep
 * them, as every reader of the protocol must; only `commandSchema` drops them. Each is proven to be its TypeScript type.
 */

/** An event of a type that this version knows. A reader passes over others, so it asks `isKnown(type)` first. */
export const eventSchema: z.ZodType<RunEvent> = runEvent;
export const messageSchema: z.ZodType<Message> = message;
export const contentSchema: z.ZodType<Content> = content;
export const commandSchema: z.ZodType<Command> = command;
export const stateSchema: z.ZodType<RunState> = runState;
export const snapshotSchema: z.ZodType<SnapshotFrame> = snapshotFrame;
export const errorSchema: z.ZodType<RunError> = runError;
export const usageSchema: z.ZodType<Usage> = usage;
export const limitsSchema: z.ZodType<Limits> = limits;
export const patchOperationSchema: z.ZodType<PatchOperation> = patchOperation;
/** Any JSON value. */
export const jsonSchema: z.ZodType<Json> = json;
/** 1–128 characters, no control characters. */
export const idSchema: z.ZodType<string> = id;
