import { z } from "zod";
import type { Json, JsonObject, ProviderData } from "../protocol/json.ts";

/** Any JSON value. In JSON Schema it is `{}`: anything. */
export const json = z.unknown().refine(isJson, "must be a JSON value") as unknown as z.ZodType<
  Json,
  Json
>;

export const jsonObject = z
  .record(z.string(), z.unknown())
  .refine(isJson, "must be a JSON object") as unknown as z.ZodType<JsonObject, JsonObject>;

export const provider = z
  .record(z.string(), z.unknown())
  .refine(isJson, "must be JSON by adapter name") as unknown as z.ZodType<
  ProviderData,
  ProviderData
>;

/** With a list of its own instead of recursion: whoever nests deeper than the stack must not break the reader. */
function isJson(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    switch (typeof next) {
      case "string":
      case "boolean":
        break;
      case "number":
        if (!Number.isFinite(next)) return false;
        break;
      case "object": {
        if (next === null) break;
        if (!Array.isArray(next) && !isPlain(next)) return false;
        // An absent field may be written as undefined; an absent element may not.
        const children = Array.isArray(next)
          ? next
          : Object.values(next).filter((child) => child !== undefined);
        for (const child of children) left.push(child);
        break;
      }
      default:
        return false;
    }
  }
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
