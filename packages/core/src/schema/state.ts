import { z } from "zod";
import { finishReason, id, limits, runError, time, usage } from "./common.ts";
import { wait } from "./event.ts";
import { json, jsonObject } from "./json.ts";
import { message } from "./message.ts";

const scope = {
  agent: z.string(),
  stepAgent: z.string().exactOptional(),
  stepModel: z.string().exactOptional(),
  messages: z.array(message),
  step: z.looseObject({ step: z.int(), message: id }).exactOptional(),
  lastStep: z.int().exactOptional(),
  attempts: z.int(),
  failedModels: z.array(z.string()).exactOptional(),
  retryAt: time.exactOptional(),
  finishReason: finishReason.exactOptional(),
  error: runError.exactOptional(),
  repairs: z.int(),
  rejected: runError.exactOptional(),
};

export const runState = z.looseObject({
  ...scope,
  protocol: z.literal(1),
  seq: z.int(),
  epoch: z.int(),
  run: id,
  thread: id,
  previous: id.exactOptional(),
  model: z.string().exactOptional(),
  status: z.enum(["running", "waiting", "completed", "failed", "cancelled"]),
  stepNumber: z.int(),
  steps: z.int(),
  startedAt: time,
  endedAt: time.exactOptional(),
  waitingSince: time.exactOptional(),
  waitedMs: time,
  waiting: z.array(wait),
  recoveries: z.int(),
  cancel: z
    .looseObject({ by: z.string().exactOptional(), reason: z.string().exactOptional() })
    .exactOptional(),
  state: json,
  usage,
  usageByModel: z.record(z.string(), usage).exactOptional(),
  output: json.exactOptional(),
  failure: runError.exactOptional(),
  scopes: z.record(z.string(), z.looseObject({ ...scope, parent: id.exactOptional() })),
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  limits: limits.exactOptional(),
  mcpServers: z.array(z.string()).exactOptional(),
  metadata: jsonObject.exactOptional(),
});

export const snapshotFrame = z.looseObject({
  type: z.literal("snapshot"),
  seq: z.int().positive(),
  protocol: z.literal(1),
  state: runState,
});
