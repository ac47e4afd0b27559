import { isId, type JsonObject } from "@runwire/core/protocol";
import { z } from "zod";
import { runIdPattern } from "./ids.ts";
import { contentSchema, jsonSchema, messageSchema } from "./wire-schemas.ts";

// Objects are strict: a misspelt `thread` would otherwise start a new conversation without a word.

const id = z.string().refine(isId, "Must be 1 to 128 characters without control characters.");

const input = z.union([z.string().min(1), z.array(contentSchema).min(1)], {
  error: "Must be a text that is not empty, or a list of text and file contents.",
});

const jsonObject = z.record(z.string(), jsonSchema) as unknown as z.ZodType<JsonObject>;

/** `POST /agents/:agent/runs` */
export const startBody = z.strictObject({
  input,
  run: z
    .string()
    .regex(runIdPattern, 'Must be "run_" and 16 to 64 characters of A-Z, a-z, 0-9, "_" and "-".')
    .exactOptional(),
  thread: id.exactOptional(),
  previous: id.nullable().exactOptional(),
  busy: z.enum(["reject", "queue"]).exactOptional(),
  message: id.exactOptional(),
  history: z.array(messageSchema).exactOptional(),
  state: jsonSchema.exactOptional(),
  metadata: jsonObject.exactOptional(),
});

/** `POST /runs/:run/cancel` */
export const cancelBody = z.strictObject({
  id: id.exactOptional(),
  reason: z.string().exactOptional(),
});

/** `POST /runs/:run/messages` */
export const messageBody = z.strictObject({
  id: id.exactOptional(),
  input,
  /** The id of the message. */
  message: id.exactOptional(),
});

/** `POST /runs/:run/approvals/:approval` */
export const approvalBody = z.strictObject({
  id: id.exactOptional(),
  approved: z.boolean(),
  reason: z.string().exactOptional(),
  /** An edited input to run instead of the proposed one. */
  input: jsonSchema.exactOptional(),
});

/** `POST /runs/:run/results/:call` */
export const resultBody = z
  .strictObject({
    id: id.exactOptional(),
    output: jsonSchema.exactOptional(),
    error: z
      .strictObject({
        code: z.string().min(1).default("tool-error"),
        message: z.string(),
        retryable: z.literal(true).exactOptional(),
        details: jsonSchema.exactOptional(),
      })
      .exactOptional(),
  })
  .refine(({ output, error }) => (output === undefined) !== (error === undefined), {
    error: "Give exactly one of output and error.",
  });
