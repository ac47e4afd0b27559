import type { JsonObject } from "@runwire/core/protocol";
import {
  contentSchema,
  errorSchema,
  idSchema,
  jsonSchema,
  messageSchema,
} from "@runwire/core/schema";
import { z } from "zod";
import { runIdPattern } from "./ids.ts";

// The bodies are strict, other than what the protocol's own schemas read: a misspelt `thread` would otherwise start a
// new conversation without a word.

const id = idSchema.exactOptional();
const reason = z.string().exactOptional();

const input = z.union([z.string().min(1), z.array(contentSchema).min(1)], {
  error: "Must be a text that is not empty, or a list of text and file contents.",
});

/** `POST /agents/:agent/runs` */
export const startBody = z.strictObject({
  input,
  run: z
    .string()
    .regex(runIdPattern, 'Must be "run_" and 16 to 64 characters of A-Z, a-z, 0-9, "_" and "-".')
    .exactOptional(),
  thread: id,
  previous: idSchema.nullable().exactOptional(),
  model: z.string().exactOptional(),
  busy: z.enum(["reject", "queue"]).exactOptional(),
  /** The id of the message that the input becomes. */
  message: id,
  history: z.array(messageSchema).exactOptional(),
  state: jsonSchema.exactOptional(),
  mcpServers: z.array(z.string()).exactOptional(),
  metadata: (z.record(z.string(), jsonSchema) as z.ZodType<JsonObject>).exactOptional(),
});

/** `POST /runs/:run/cancel` */
export const cancelBody = z.strictObject({ id, reason });

/** `POST /runs/:run/messages` */
export const messageBody = z.strictObject({ id, input, message: id });

/** `POST /runs/:run/approvals/:approval` */
export const approvalBody = z.strictObject({
  id,
  approved: z.boolean(),
  reason,
  /** An edited input to run instead of the proposed one. */
  input: jsonSchema.exactOptional(),
});

/** `POST /runs/:run/results/:call` */
export const resultBody = z
  .strictObject({
    id,
    output: jsonSchema.exactOptional(),
    error: errorSchema.exactOptional(),
  })
  .refine(({ output, error }) => (output === undefined) !== (error === undefined), {
    error: "Give exactly one of output and error.",
  });
