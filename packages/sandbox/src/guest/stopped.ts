import type { ProgramError } from "../sandbox.ts";
import type { StopReason } from "./wire.ts";

/** A program that was told to stop did not end by itself, whatever it made of that. */
export function stopped(
  reason: StopReason,
  limits: { readonly timeoutMs: number; readonly maxOutputBytes: number },
  error?: ProgramError,
): ProgramError {
  const message =
    reason === "timeout"
      ? `The program ran longer than ${limits.timeoutMs} ms.`
      : `The program wrote more than ${limits.maxOutputBytes} bytes.`;
  return {
    kind: reason,
    message,
    ...(error?.traceback !== undefined && { traceback: error.traceback }),
  };
}
