import { z } from "zod";
import { finishReason, id, limits, runError, time, usage } from "./common.ts";
import { json, jsonObject, provider } from "./json.ts";
import { content, message } from "./message.ts";

export const wait = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("approval"),
    id,
    call: id,
    expiresAt: time.exactOptional(),
  }),
  z.looseObject({ type: z.literal("result"), call: id }),
]);

export const patchOperation = z.discriminatedUnion("op", [
  z.looseObject({ op: z.enum(["add", "replace", "test"]), path: z.string(), value: json }),
  z.looseObject({ op: z.literal("remove"), path: z.string() }),
  z.looseObject({ op: z.enum(["move", "copy"]), from: z.string(), path: z.string() }),
]);

const seq = z.int().positive();
const scope = id.exactOptional();
const withProvider = { provider: provider.exactOptional() };
const answers = { command: id.exactOptional() };
const by = { by: z.string().exactOptional() };
const call = { call: id, name: z.string() };

function event<T extends string, S extends z.core.$ZodLooseShape>(type: T, fields: S) {
  return z.looseObject({ seq, type: z.literal(type), scope, at: time, ...fields });
}

function delta<T extends string, K extends "id" | "call">(type: T, key: K) {
  const target = { [key]: id } as { readonly [P in K]: typeof id };
  return z.looseObject({ seq, type: z.literal(type), scope, ...target, delta: z.string().min(1) });
}

/** All of PROTOCOL.md §1, in its order. Fields that are not known pass through. */
export const runEvent = z.discriminatedUnion("type", [
  event("run.started", {
    protocol: z.literal(1),
    run: id,
    thread: id,
    agent: z.string(),
    messages: z.array(message),
    previous: id.exactOptional(),
    model: z.string().exactOptional(),
    state: json.exactOptional(),
    limits: limits.exactOptional(),
    mcpServers: z.array(z.string()).exactOptional(),
    metadata: jsonObject.exactOptional(),
  }),
  event("run.waiting", { for: z.array(wait) }),
  event("run.resumed", {
    epoch: z.int(),
    cause: z.enum(["input", "timer", "recovery", "handover", "steal"]),
  }),
  event("run.completed", { finishReason, usage, output: json.exactOptional() }),
  event("run.failed", { error: runError, usage }),
  event("run.cancelled", { usage, reason: z.string().exactOptional(), ...by }),
  event("cancel.requested", { ...by, reason: z.string().exactOptional(), ...answers }),
  event("step.started", { step: z.int(), message: id, agent: z.string(), model: z.string() }),
  event("step.completed", {
    step: z.int(),
    finishReason,
    usage,
    error: runError.exactOptional(),
    ...withProvider,
  }),
  event("step.reverted", {
    step: z.int(),
    reason: z.enum(["retry", "recovery", "fallback"]),
    error: runError.exactOptional(),
    usage: usage.exactOptional(),
    retryAt: time.exactOptional(),
  }),
  event("text.started", {
    id,
    refusal: z.literal(true).exactOptional(),
    format: z.literal("json").exactOptional(),
    ...withProvider,
  }),
  delta("text.delta", "id"),
  event("text.completed", { id, ...withProvider }),
  event("reasoning.started", { id, ...withProvider }),
  delta("reasoning.delta", "id"),
  event("reasoning.completed", { id, ...withProvider }),
  event("tool.args.started", call),
  delta("tool.args.delta", "call"),
  event("tool.called", {
    ...call,
    input: json,
    executor: z.enum(["client", "provider"]).exactOptional(),
    needsApproval: z.literal(true).exactOptional(),
    ...withProvider,
  }),
  event("tool.started", { ...call, attempt: z.int() }),
  event("tool.progressed", { ...call, data: json }),
  delta("tool.output.delta", "call"),
  event("tool.completed", {
    ...call,
    output: json,
    content: z.array(content).exactOptional(),
    ...by,
    ...answers,
    ...withProvider,
  }),
  event("tool.failed", { ...call, error: runError, ...by, ...answers, ...withProvider }),
  event("approval.requested", {
    id,
    ...call,
    input: json,
    expiresAt: time.exactOptional(),
    message: z.string().exactOptional(),
  }),
  event("approval.resolved", {
    id,
    approved: z.boolean(),
    ...by,
    reason: z.string().exactOptional(),
    input: json.exactOptional(),
    expired: z.literal(true).exactOptional(),
    ...answers,
  }),
  event("message.received", { message, ...by, ...answers }),
  event("command.rejected", {
    command: id,
    kind: z.enum(["cancel", "message", "approval", "result"]),
    reason: z.string(),
  }),
  event("output.rejected", { error: runError, attempt: z.int() }),
  event("agent.started", { agent: z.string(), messages: z.array(message) }),
  event("agent.switched", { from: z.string(), to: z.string(), call: id.exactOptional() }),
  event("data.emitted", {
    name: z.string(),
    data: json,
    id: id.exactOptional(),
    transient: z.literal(true).exactOptional(),
  }),
  event("state.changed", { patch: z.array(patchOperation) }),
  event("file.added", {
    id,
    mediaType: z.string(),
    url: z.string(),
    filename: z.string().exactOptional(),
    ...withProvider,
  }),
  event("source.added", {
    id,
    url: z.string().exactOptional(),
    title: z.string().exactOptional(),
    text: z.string().exactOptional(),
    start: z.int().exactOptional(),
    end: z.int().exactOptional(),
    quote: z.string().exactOptional(),
    ...withProvider,
  }),
  event("opaque.added", { id, ...withProvider }),
  event("warning.raised", { code: z.string(), message: z.string() }),
]);
