import { z } from "zod";
import { id, runError, time } from "./common.ts";
import { json, jsonObject, provider } from "./json.ts";

/** What may be shown to a model or a person: nothing that a browser would run. */
const contentUrl = z.string().regex(/^(?:https|data):/i, "must be an https: or data: URL");

export const content = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({
    type: z.literal("file"),
    mediaType: z.string(),
    url: contentUrl,
    filename: z.string().exactOptional(),
  }),
]);

const modelPart = {
  id: id.exactOptional(),
  step: z.int().exactOptional(),
  open: z.literal(true).exactOptional(),
  provider: provider.exactOptional(),
};

const approval = z.looseObject({
  id,
  expiresAt: time.exactOptional(),
  message: z.string().exactOptional(),
  approved: z.boolean().exactOptional(),
  by: z.string().exactOptional(),
  reason: z.string().exactOptional(),
  at: time.exactOptional(),
  expired: z.literal(true).exactOptional(),
});

const toolPart = z.looseObject({
  type: z.literal("tool"),
  call: id,
  name: z.string(),
  step: z.int(),
  status: z.enum([
    "streaming",
    "called",
    "approval",
    "running",
    "interrupted",
    "completed",
    "failed",
    "denied",
  ]),
  executor: z.enum(["client", "provider"]).exactOptional(),
  needsApproval: z.literal(true).exactOptional(),
  args: z.string().exactOptional(),
  input: json.exactOptional(),
  proposed: json.exactOptional(),
  approval: approval.exactOptional(),
  agent: z.string().exactOptional(),
  attempt: z.int().exactOptional(),
  progress: json.exactOptional(),
  log: z.string().exactOptional(),
  output: json.exactOptional(),
  content: z.array(content).exactOptional(),
  error: runError.exactOptional(),
  provider: provider.exactOptional(),
});

export const part = z.discriminatedUnion("type", [
  z.looseObject({
    ...modelPart,
    type: z.literal("text"),
    text: z.string(),
    refusal: z.literal(true).exactOptional(),
    format: z.literal("json").exactOptional(),
  }),
  z.looseObject({ ...modelPart, type: z.literal("reasoning"), text: z.string() }),
  z.looseObject({
    ...modelPart,
    type: z.literal("file"),
    mediaType: z.string(),
    url: z.string(),
    filename: z.string().exactOptional(),
  }),
  z.looseObject({
    ...modelPart,
    type: z.literal("source"),
    url: z.string().exactOptional(),
    title: z.string().exactOptional(),
    text: z.string().exactOptional(),
    start: z.int().exactOptional(),
    end: z.int().exactOptional(),
    quote: z.string().exactOptional(),
  }),
  z.looseObject({ ...modelPart, type: z.literal("opaque") }),
  z.looseObject({
    type: z.literal("data"),
    name: z.string(),
    id: id.exactOptional(),
    data: json,
  }),
  toolPart,
]);

export const message = z.looseObject({
  id,
  role: z.enum(["user", "assistant"]),
  parts: z.array(part),
  agent: z.string().exactOptional(),
  at: time.exactOptional(),
  metadata: jsonObject.exactOptional(),
});
