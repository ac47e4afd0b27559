import { z } from "zod";
import type { ErrorCode } from "../protocol/errors.ts";
import { isId } from "../protocol/order-rule.ts";
import { json } from "./json.ts";

/** Others may appear: the type only helps to write the known ones. */
type Code = ErrorCode | (string & {});

/** Ids of runs, threads, messages, parts, calls, approvals and commands (rule 22). */
export const id = z
  .string()
  .min(1)
  .max(128)
  .refine(isId, "must have no control characters and be well-formed Unicode");

/** Store time in ms. */
export const time = z.number();

export const usage = z.looseObject({
  inputTokens: z.number().nonnegative(),
  outputTokens: z.number().nonnegative(),
  cachedInputTokens: z.number().nonnegative().exactOptional(),
  cacheWriteInputTokens: z.number().nonnegative().exactOptional(),
  reasoningTokens: z.number().nonnegative().exactOptional(),
  cost: z.number().nonnegative().exactOptional(),
});

export const finishReason = z.enum([
  "stop",
  "tool-calls",
  "length",
  "content-filter",
  "refusal",
  "paused",
  "cancelled",
  "error",
  "other",
]);

export const limits = z.looseObject({
  steps: z.number().positive().exactOptional(),
  tokens: z.number().positive().exactOptional(),
  cost: z.number().positive().exactOptional(),
  timeMs: z.number().positive().exactOptional(),
});

export const runError = z.looseObject({
  code: z.string() as unknown as z.ZodType<Code, Code>,
  message: z.string(),
  retryable: z.literal(true).exactOptional(),
  limit: z.enum(["steps", "tokens", "cost", "time"]).exactOptional(),
  details: json.exactOptional(),
});
