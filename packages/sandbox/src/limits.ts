import type { Limits } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

const defaultLimits: Limits = {
  timeoutMs: 30_000,
  memoryMb: 256,
  outputBytes: 1_000_000,
  fileBytes: 64_000_000,
};

/** A timer that is set to more fires at once. */
const maxTimerMs = 2_000_000_000;

const bounds: { readonly [name in keyof Limits]: readonly [number, number] } = {
  timeoutMs: [1, maxTimerMs],
  // Below this Python does not start, above it WebAssembly does not address.
  memoryMb: [64, 4_096],
  outputBytes: [0, 1_000_000_000],
  fileBytes: [0, 1_000_000_000],
};

/** The limits with their defaults. Throws `invalid` for what cannot be one. */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const limits = { ...defaultLimits, ...given };
  for (const [name, [least, most]] of Object.entries(bounds)) {
    atLeast(name, limits[name as keyof Limits], least, most);
  }
  return limits;
}

/** A whole number in its bounds, or `invalid`. */
export function atLeast(name: string, value: number, least: number, most = maxTimerMs): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new SandboxError("invalid", {
    message: `${name} is ${value}. Give a whole number from ${least} to ${most}.`,
  });
}
