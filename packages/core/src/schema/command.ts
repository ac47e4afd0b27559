import { z } from "zod";
import { id, runError } from "./common.ts";
import { json } from "./json.ts";
import { message } from "./message.ts";

const by = z.string().exactOptional();
const reason = z.string().exactOptional();

export const command = z.discriminatedUnion("type", [
  z.object({ type: z.literal("cancel"), id, by, reason }),
  z.object({ type: z.literal("message"), id, message, by }),
  z.object({
    type: z.literal("approval"),
    id,
    approval: id,
    approved: z.boolean(),
    by,
    reason,
    input: json.exactOptional(),
  }),
  z
    .object({
      type: z.literal("result"),
      id,
      call: id,
      output: json.exactOptional(),
      error: runError.exactOptional(),
      by,
    })
    .refine(
      ({ output, error }) => (output === undefined) !== (error === undefined),
      "must have exactly one of output and error",
    ),
]);
