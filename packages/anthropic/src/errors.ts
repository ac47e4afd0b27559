import { AnthropicError } from "@anthropic-ai/sdk";
import { ModelError, type ModelErrorOptions } from "@runwire/core";
import type { JsonObject, Usage } from "@runwire/core/protocol";
import { retryAfterMs } from "./retry-after.ts";

/** Who was asked. */
export interface Asked {
  readonly host: string;
  /** Anthropic itself or a cloud that hosts its models, and not one of the servers that speak like it. */
  readonly genuine: boolean;
}

/** The stream ended, and the answer had not. */
export function cutError(anything: boolean, asked: Asked, usage: Usage, cause?: unknown) {
  return new ModelError({
    code: "model-error",
    message: anything
      ? `${asked.host} broke off before the end of its answer.`
      : `${asked.host} sent an answer without any events. Is the base URL right, and does it stream?`,
    retryable: true,
    ...(usage.inputTokens > 0 && { usage }),
    cause,
  });
}

/** Whatever the SDK threw, as the loop understands it. `usage`: what the answer had cost by then. */
export function toModelError(thrown: unknown, asked: Asked, usage?: Usage): ModelError {
  if (ModelError.is(thrown)) return thrown;
  if (isApiError(thrown)) {
    const answered = thrown.status !== undefined || thrown.error !== undefined;
    return answered ? refusal(thrown, asked, usage) : unreachable(thrown, asked);
  }
  if (thrown instanceof SyntaxError) {
    return new ModelError({
      code: "model-error",
      message: `${asked.host} sent something that is not JSON.`,
      retryable: true,
      cause: thrown,
    });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (/could not resolve authentication/i.test(message)) {
    return new ModelError({
      code: "model-error",
      message: "No API key. Set ANTHROPIC_API_KEY, or pass one: anthropic(model, { apiKey }).",
      cause: thrown,
    });
  }
  // So the SDK refuses its own misuse: a browser, options that exclude each other.
  const misuse = thrown instanceof AnthropicError;
  return new ModelError({ code: "model-error", message, retryable: !misuse, cause: thrown });
}

/** What the SDK's APIError looks like. By its shape, since a client may come from another copy of the SDK. */
interface ApiError extends Error {
  readonly status: number | undefined;
  readonly headers: Headers | undefined;
  readonly error: unknown;
  readonly requestID?: string | null;
}

function isApiError(thrown: unknown): thrown is ApiError {
  return thrown instanceof Error && "status" in thrown && "headers" in thrown && "error" in thrown;
}

function unreachable(thrown: Error, asked: Asked): ModelError {
  let root: unknown = thrown;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  const reason = root instanceof Error && root.message !== "" ? root.message : thrown.message;
  const message = `${asked.host} could not be reached: ${reason}`;
  return new ModelError({ code: "model-error", message, retryable: true, cause: thrown });
}

/** The status that an error has which came in a stream, when the HTTP status had long been 200. */
const statuses: { readonly [type: string]: number } = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

function refusal(thrown: ApiError, asked: Asked, usage: Usage | undefined): ModelError {
  const { type, said } = bodyOf(thrown.error);
  const status = thrown.status ?? (type === undefined ? undefined : statuses[type]);
  const verdict = judge(status, type, said ?? thrown.message, asked);
  // The provider knows best whether a repetition can help.
  const told = thrown.headers?.get("x-should-retry");
  const retryable = told === "true" || (told !== "false" && verdict.retryable);
  const wait = thrown.headers && retryAfterMs(thrown.headers, Date.now());
  const name = [status, type].filter((part) => part !== undefined).join(" ");
  const details: JsonObject = {
    ...(type !== undefined && { type }),
    ...(typeof thrown.requestID === "string" && { requestId: thrown.requestID }),
  };
  // What a server says about a key that it refuses may repeat parts of the key.
  const words = status === 401 || !said ? "" : `: ${said}`;
  return new ModelError({
    code: verdict.code,
    message: `${asked.host} answered with an error${name && ` (${name})`}${words}${verdict.hint && ` ${verdict.hint}`}`,
    retryable,
    ...(verdict.unavailable && { unavailable: true }),
    ...(retryable && wait !== undefined && { retryAfterMs: wait }),
    ...(status !== undefined && { status }),
    ...(usage !== undefined && usage.inputTokens > 0 && { usage }),
    ...(Object.keys(details).length > 0 && { details }),
    cause: thrown,
  });
}

/** `{"type":"error","error":{"type","message"}}`; other servers leave the outer one out. */
function bodyOf(body: unknown): { type?: string; said?: string } {
  const outer = (typeof body === "object" && body !== null ? body : {}) as JsonObject;
  const inner = (
    typeof outer.error === "object" && outer.error !== null ? outer.error : outer
  ) as JsonObject;
  return {
    ...(typeof inner.type === "string" && { type: inner.type }),
    ...(typeof inner.message === "string" && { said: inner.message }),
  };
}

interface Verdict {
  readonly code: ModelErrorOptions["code"];
  readonly retryable: boolean;
  readonly unavailable?: true;
  readonly hint: string;
}

const tooLong =
  /prompt is too long|context (window|limit|length)|too many (input )?tokens|input (is too long|length and)/i;

function judge(
  status: number | undefined,
  type: string | undefined,
  said: string,
  asked: Asked,
): Verdict {
  const failed = (retryable: boolean, hint = ""): Verdict => ({
    code: "model-error",
    retryable,
    hint,
  });
  if (status === 402 || type === "billing_error" || /credit balance/i.test(said)) {
    // Also where the status does not tell it: another model may have an account that pays.
    return {
      ...failed(false, "Check the plan and the billing of the account."),
      unavailable: true,
    };
  }
  if (status === 429) return { code: "rate-limited", retryable: true, hint: "" };
  if (status === 413 || (status === 400 && tooLong.test(said))) {
    return { code: "context-length", retryable: false, hint: "" };
  }
  switch (status) {
    case 401:
      return failed(
        false,
        asked.genuine
          ? "The API key was refused: check ANTHROPIC_API_KEY or the option `apiKey`."
          : "The API key was refused: check the option `apiKey`. ANTHROPIC_API_KEY goes only to Anthropic and to ANTHROPIC_BASE_URL.",
      );
    case 403:
      return failed(
        false,
        "The API key may not do this: check its workspace, its permissions and the region.",
      );
    case 404:
      return failed(false, "Check the model's name and the base URL.");
    case 408:
    case 409:
      return failed(true);
    case undefined:
      return failed(true);
    default:
      return failed(status >= 500);
  }
}
