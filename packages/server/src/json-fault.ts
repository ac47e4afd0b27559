import { pointerTo } from "./json-pointer.ts";
import type { BodyFault } from "./problem.ts";

/** Nesting that people and programs need has ended long before; what recurses over the value stays far from its limit. */
const maxDepth = 64;

/** More would keep the process busy with checking them, and hardly fit into an event of 256 KiB anyway. */
const maxValues = 50_000;

/**
 * The first thing in a parsed JSON value that the log must not take over: nesting or numbers of values that are a bomb,
 * keys that reach into prototypes, numbers that overflowed on the way in and text that is not Unicode (both come back
 * as something else).
 */
export function findJsonFault(value: unknown): BodyFault | undefined {
  let values = 0;

  function visit(child: unknown, depth: number): BodyFault | undefined {
    if (++values > maxValues) return fault(`More than ${maxValues} values.`);
    if (typeof child === "string") return textFault(child);
    if (typeof child === "number" && !Number.isFinite(child)) {
      return fault("The number is too large.");
    }
    if (typeof child !== "object" || child === null) return undefined;
    if (depth === maxDepth) return fault(`Nested deeper than ${maxDepth} levels.`);
    for (const key of Object.keys(child)) {
      const found = keyFault(key) ?? visit((child as Record<string, unknown>)[key], depth + 1);
      if (found !== undefined) return { ...found, pointer: pointerTo([key]) + found.pointer };
    }
    return undefined;
  }

  return visit(value, 0);
}

function keyFault(key: string): BodyFault | undefined {
  return key === "__proto__" ? fault("Not allowed as a key.") : textFault(key);
}

function textFault(text: string): BodyFault | undefined {
  return /\p{Surrogate}/u.test(text)
    ? fault("Half of a surrogate pair: not well-formed Unicode.")
    : undefined;
}

/** At the value itself. */
function fault(detail: string): BodyFault {
  return { pointer: "", detail };
}
