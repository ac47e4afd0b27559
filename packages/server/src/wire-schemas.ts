import type { Content, Json, Message } from "@runwire/core/protocol";
import { z } from "zod";
export const jsonSchema = z.unknown().refine((v) => v !== undefined) as unknown as z.ZodType<Json>;
export const contentSchema: z.ZodType<Content> = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text: z.string() }),
  z.strictObject({
    type: z.literal("file"),
    mediaType: z.string(),
    url: z.string().regex(/^(https|data):/),
    filename: z.string().exactOptional(),
  }),
]);
export const messageSchema = z.looseObject({
  id: z.string(),
  role: z.enum(["user", "assistant"]),
  parts: z.array(z.looseObject({ type: z.string() })),
}) as unknown as z.ZodType<Message>;
