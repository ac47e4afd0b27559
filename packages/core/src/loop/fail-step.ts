import { ModelError } from "../model-error.ts";
import type { RunError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import { noUsage } from "../protocol/usage.ts";
import { RunwireError } from "../runwire-error.ts";
import { scopeOf } from "./calls.ts";
import { closeStep } from "./close-step.ts";
import { messageOf } from "./message-of.ts";
import type { Task } from "./task.ts";

/** The details that an error may have, in UTF-16 units of JSON. */
const maxDetails = 16_384;
/** A pause that nobody waits for who has another model to ask, in ms. */
const maxPauseMs = 10_000;

export interface FailedStep {
  readonly step: number;
  readonly thrown: unknown;
  /** Of the agent, for each of its models. */
  readonly maxRetries: number;
  /** Whether the agent has another model to fall back to. */
  readonly spare: boolean;
  /** Store time in ms. */
  readonly now: () => number;
}

/**
 * What comes of an open step whose model failed: it is reverted, to ask the same model again or the next one, or it is
 * committed as failed. The next model is not asked for what is wrong with the request.
 */
export function failStep(task: Task, { step, thrown, maxRetries, spare, now }: FailedStep): void {
  const failure = ModelError.is(thrown) ? thrown : unexpected(thrown);
  const error = clip(failure.toRunError());
  const { usage } = failure;
  const why = { error, ...(usage && { usage }) };
  const attempts = scopeOf(task.state, task.scope)?.attempts ?? 0;
  const retries = failure.retryable && attempts < maxRetries;
  const pause = retries ? pauseAfter(failure, attempts) : Number.POSITIVE_INFINITY;
  if (spare && failure.unavailable && pause > maxPauseMs) {
    task.push([{ type: "step.reverted", step, reason: "fallback", ...why }]);
  } else if (retries) {
    const retryAt = now() + pause;
    task.push([{ type: "step.reverted", step, reason: "retry", ...why, retryAt }]);
  } else {
    const message = "The model's answer failed before the call could run.";
    task.push([
      ...closeStep(scopeOf(task.state, task.scope), { code: "cancelled", message }),
      { type: "step.completed", step, finishReason: "error", usage: usage ?? noUsage, error },
    ]);
  }
}

/** As long as the provider says, else longer with each attempt. */
function pauseAfter({ retryAfterMs = Number.NaN }: ModelError, attempts: number): number {
  return Number.isFinite(retryAfterMs) ? Math.ceil(Math.max(0, retryAfterMs)) : backoff(attempts);
}

/** A throw that is no {@link ModelError}: mostly a broken connection. */
function unexpected(thrown: unknown): ModelError {
  const message = messageOf(thrown);
  // Our own refusal of an event (too large) comes again with every attempt.
  return new ModelError({
    code: "model-error",
    message,
    retryable: !RunwireError.is(thrown),
    cause: thrown,
  });
}

/** A provider's error may quote the whole request: what does not fit an event is left out. */
function clip({ details, ...error }: RunError): RunError {
  return { ...error, message: messageOf(error.message), ...(fits(details) && { details }) };
}

function fits(details: Json | undefined): details is Json {
  try {
    return details !== undefined && JSON.stringify(details).length <= maxDetails;
  } catch {
    return false;
  }
}

/** Full jitter over 0.5 s, 1 s, 2 s … 30 s. */
function backoff(attempts: number): number {
  return Math.round(Math.random() * Math.min(30_000, 500 * 2 ** attempts));
}
