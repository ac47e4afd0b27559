import { pointerTo } from "./json-pointer.ts";
import type { BodyFault } from "./problem.ts";

/** Nesting that people and programs need has ended long before; what recurses over the value stays far from its limit. */
const maxDepth = 64;

/**
 * The first thing in a parsed JSON value that the log must not take over: nesting that is a bomb, keys that reach into
 * prototypes, numbers that overflowed on the way in and text that is not Unicode (both come back as something else).
 */
export function findJsonFault(value: unknown, depth = 0): BodyFault | undefined {
  if (typeof value === "string") return textFault(value);
  if (typeof value === "number" && !Number.isFinite(value)) {
    return { pointer: "", detail: "The number is too large." };
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === maxDepth) return { pointer: "", detail: `Nested deeper than ${maxDepth} levels.` };
  for (const key of Object.keys(value)) {
    const fault =
      keyFault(key) ?? findJsonFault((value as Record<string, unknown>)[key], depth + 1);
    if (fault !== undefined) return { ...fault, pointer: pointerTo([key]) + fault.pointer };
  }
  return undefined;
}

function keyFault(key: string): BodyFault | undefined {
  return key === "__proto__" ? { pointer: "", detail: "Not allowed as a key." } : textFault(key);
}

function textFault(text: string): BodyFault | undefined {
  return /\p{Surrogate}/u.test(text)
    ? { pointer: "", detail: "Half of a surrogate pair: not well-formed Unicode." }
    : undefined;
}
