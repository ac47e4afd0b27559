import type { RunError } from "./errors.ts";
import type { RunState } from "./state.ts";

const brand = Symbol.for("runwire.RunFailedError");

/** What a run's `result` rejects with when the run failed or was cancelled (code `cancelled`). */
export class RunFailedError extends Error {
  override readonly name = "RunFailedError";
  readonly code: RunError["code"];
  /** The failure as the log has it. */
  readonly error: RunError;
  /** The run at its end: what it had come to is still there. */
  readonly state: RunState;

  /** `state` is that of a run that failed or was cancelled. */
  constructor(state: RunState) {
    const error = errorOf(state);
    super(error.message);
    Object.defineProperty(this, brand, { value: true });
    this.code = error.code;
    this.error = error;
    this.state = state;
  }

  /** True also for an error of another copy of this package. */
  static is(error: unknown): error is RunFailedError {
    return typeof error === "object" && error !== null && brand in error;
  }
}

function errorOf({ status, cancel, failure }: RunState): RunError {
  if (status === "cancelled") {
    return { code: "cancelled", message: cancel?.reason ?? "The run was cancelled." };
  }
  return failure ?? { code: "internal", message: "The run failed and does not say why." };
}
