import { ModelError, type ModelErrorOptions } from "@runwire/core";
import type { JsonObject, Usage } from "@runwire/core/protocol";
import { OpenAIError } from "openai";
import { retryAfterMs } from "./retry-after.ts";

/** Who was asked. */
export interface Asked {
  readonly host: string;
  /** OpenAI itself or OpenAI on Azure, and not one of the many servers that speak like them. */
  readonly genuine: boolean;
  readonly api: "responses" | "chat";
}

/** An error as OpenAI and its kin write it, in a body or in a stream. */
export interface ErrorBody {
  /** Some servers put an HTTP status here. */
  readonly code?: string | number | null;
  readonly type?: string | null;
  readonly param?: string | null;
  readonly message?: string | null;
}

/** The error of a response that failed while it streamed, when the HTTP status had long been 200. */
export function streamError(
  body: ErrorBody | null | undefined,
  asked: Asked,
  usage?: Usage,
): ModelError {
  return refusal({ body: body ?? {}, asked, ...(usage !== undefined && { usage }) });
}

/** The stream ended, and the answer had not. */
export function cutError(anything: boolean, asked: Asked, cause?: unknown): ModelError {
  return new ModelError({
    code: "model-error",
    message: anything
      ? `${asked.host} broke off before the end of its answer.`
      : `${asked.host} sent an answer without any events. Is the base URL right, and does it stream?`,
    retryable: true,
    cause,
  });
}

/** Whatever the SDK threw, as the loop understands it. */
export function toModelError(thrown: unknown, asked: Asked): ModelError {
  if (ModelError.is(thrown)) return thrown;
  if (isApiError(thrown)) {
    const { status, headers, error, requestID } = thrown;
    const answered = status !== undefined || error !== undefined;
    if (!answered) return unreachable(thrown, asked);
    const body = isBody(error) ? error : { message: thrown.message };
    return refusal({ status, headers, body, asked, requestId: requestID, cause: thrown });
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
  if (/missing credentials|authentication method/i.test(message)) {
    return new ModelError({
      code: "model-error",
      message: "No API key. Set OPENAI_API_KEY, or pass one: openai(model, { apiKey }).",
      cause: thrown,
    });
  }
  // So the SDK refuses its own misuse: a browser, options that exclude each other.
  const misuse = thrown instanceof OpenAIError;
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

function isBody(error: unknown): error is ErrorBody {
  return typeof error === "object" && error !== null;
}

function unreachable(thrown: Error, asked: Asked): ModelError {
  let root: unknown = thrown;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  const reason = root instanceof Error && root.message !== "" ? root.message : thrown.message;
  const message = `${asked.host} could not be reached: ${reason}`;
  return new ModelError({ code: "model-error", message, retryable: true, cause: thrown });
}

interface Refusal {
  readonly status?: number | undefined;
  readonly headers?: Headers | undefined;
  readonly body: ErrorBody;
  readonly asked: Asked;
  readonly usage?: Usage;
  readonly requestId?: string | null | undefined;
  readonly cause?: unknown;
}

function refusal({
  status: httpStatus,
  headers,
  body,
  asked,
  usage,
  requestId,
  cause,
}: Refusal): ModelError {
  const status = httpStatus ?? statusIn(body);
  const verdict = judge(status, body, asked);
  // The provider knows best whether a repetition can help.
  const told = headers?.get("x-should-retry");
  const retryable = told === "true" || (told !== "false" && verdict.retryable);
  const wait = headers === undefined ? undefined : retryAfterMs(headers, Date.now());
  const code = typeof body.code === "string" ? body.code : undefined;
  const name = [status, code].filter((part) => part !== undefined).join(" ");
  const details: JsonObject = {
    ...(code !== undefined && { code }),
    ...(typeof body.type === "string" && { type: body.type }),
    ...(typeof body.param === "string" && { param: body.param }),
    ...(typeof requestId === "string" && { requestId }),
  };
  // What a provider says about a key that it refuses repeats parts of the key.
  const said = status === 401 || !body.message ? "" : `: ${body.message}`;
  return new ModelError({
    code: verdict.code,
    message: `${asked.host} answered with an error${name && ` (${name})`}${said}${verdict.hint && ` ${verdict.hint}`}`,
    retryable,
    ...(verdict.unavailable && { unavailable: true }),
    ...(retryable && wait !== undefined && { retryAfterMs: wait }),
    ...(status !== undefined && { status }),
    ...(usage !== undefined && { usage }),
    ...(Object.keys(details).length > 0 && { details }),
    cause,
  });
}

interface Verdict {
  readonly code: ModelErrorOptions["code"];
  readonly retryable: boolean;
  readonly unavailable?: true;
  readonly hint: string;
}

const tooLong =
  /context.?(length|window)|maximum context|prompt is too long|too many (input )?tokens|input (is too long|tokens exceed)|reduce the length/i;

/** Errors within a stream that a repetition meets again. The rest is mostly load and broken connections. */
const lasting =
  /^invalid|invalid_request|policy|content_filter|unsupported|not_found|mismatch|image/;

function judge(status: number | undefined, body: ErrorBody, asked: Asked): Verdict {
  const code = typeof body.code === "string" ? body.code : "";
  const kind = `${code} ${body.type ?? ""}`;
  const failed = (retryable: boolean, hint = ""): Verdict => ({
    code: "model-error",
    retryable,
    hint,
  });

  if (/insufficient_quota|billing/.test(kind) || status === 402) {
    // Also where the status does not tell it: another model may have an account that pays.
    return {
      ...failed(false, "Check the plan and the billing of the account."),
      unavailable: true,
    };
  }
  if (status === 429 || /rate_limit|too_many_requests/.test(kind)) {
    // More tokens than the limit ever allows at once.
    const never = /^request too large/i.test(body.message ?? "");
    return { code: "rate-limited", retryable: !never, hint: "" };
  }
  const mayBeLong = status === undefined || (status >= 400 && status < 500);
  if (
    status === 413 ||
    (mayBeLong && (/context_length/.test(kind) || tooLong.test(body.message ?? "")))
  ) {
    return { code: "context-length", retryable: false, hint: "" };
  }
  switch (status) {
    case 401:
      return failed(
        false,
        asked.genuine
          ? "The API key was refused: check OPENAI_API_KEY or the option `apiKey`."
          : "The API key was refused: check the option `apiKey`. OPENAI_API_KEY goes only to OpenAI and to OPENAI_BASE_URL.",
      );
    case 403:
      return failed(
        false,
        "The API key may not do this: check its project, its permissions and the region.",
      );
    case 404:
      return failed(
        false,
        asked.genuine || asked.api === "chat"
          ? "Check the model's name and the base URL."
          : "Check the model's name and the base URL. A server that knows only Chat Completions wants openai.chat().",
      );
    case 408:
    case 409:
      return failed(true);
    case undefined:
      return failed(!lasting.test(kind));
    default:
      return failed(status >= 500);
  }
}

function statusIn({ code }: ErrorBody): number | undefined {
  const value = typeof code === "string" && /^\d{3}$/.test(code) ? Number(code) : code;
  return typeof value === "number" && value >= 400 && value < 600 ? value : undefined;
}
