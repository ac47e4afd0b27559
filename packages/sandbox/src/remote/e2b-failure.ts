import { AuthenticationError, InvalidArgumentError, RateLimitError } from "@e2b/code-interpreter";
import { SandboxError, type SandboxErrorCode } from "../sandbox-error.ts";

/** What E2B did wrong, in this package's words. */
export function e2bFailure(thrown: unknown): SandboxError {
  if (SandboxError.is(thrown)) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  const code: SandboxErrorCode =
    thrown instanceof AuthenticationError
      ? "auth"
      : thrown instanceof RateLimitError
        ? "rate_limit"
        : thrown instanceof InvalidArgumentError
          ? "invalid"
          : "unavailable";
  return new SandboxError(code, {
    message: `E2B failed: ${why}`,
    retryable: code === "rate_limit" || code === "unavailable",
    cause: thrown,
  });
}
