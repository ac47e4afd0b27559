import type { StartResult } from "../runtime-contract.ts";
import { RunwireError } from "../runwire-error.ts";

/** A start that was refused, as the error that says what to do. */
export function startError(
  refused: Exclude<StartResult, { readonly status: "ok" }>,
  run: string,
): RunwireError {
  switch (refused.status) {
    case "busy":
      return new RunwireError("conflict", {
        message: `Run ${refused.run} of this thread has not ended. Wait for it, cancel it, send to it, or start with \`busy: "queue"\`.`,
      });
    case "conflict":
      return new RunwireError("conflict", {
        message: `Run ${run} exists already, started by another request.`,
      });
    case "foreign":
      return new RunwireError("not-found", {
        message: "The thread or the previous run does not exist, or belongs to somebody else.",
      });
    case "too-large":
      return new RunwireError("too-large", {
        message: "The input does not fit into an event. Store files elsewhere and send their URLs.",
      });
    case "gone":
      return new RunwireError("not-found", { message: "The thread was deleted." });
    default:
      return refused satisfies never;
  }
}
