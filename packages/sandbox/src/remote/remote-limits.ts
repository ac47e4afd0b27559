import { limitsOf } from "../limits.ts";
import type { Limits } from "../sandbox.ts";

/** The limits that hold for a remote program: the others are the service's. */
export function remoteLimits(
  given: Partial<Pick<Limits, "timeoutMs" | "outputBytes">> = {},
): Pick<Limits, "timeoutMs" | "outputBytes"> {
  const { timeoutMs, outputBytes } = limitsOf(given);
  return { timeoutMs, outputBytes };
}
