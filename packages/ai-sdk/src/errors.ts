import { ModelError, type ModelErrorOptions } from "@runwire/core";
import type { JsonObject, Usage } from "@runwire/core/protocol";
import { retryAfterMs } from "./retry-after.ts";

/** Who was asked. */
export interface Asked {
  readonly provider: string;
  readonly modelId: string;
  /** The provider's id of the answer, once it has said it: its support will ask for it. */
  readonly response?: string | undefined;
}

/** The stream ended, and the answer had not. */
export function cutError(anything: boolean, asked: Asked, usage: Usage, cause?: unknown) {
  return new ModelError({
    code: "model-error",
    message: anything
      ? `${asked.provider} broke off before the end of its answer.`
      : `${asked.provider} sent an empty answer. Is the base URL right, and does it stream?`,
    retryable: true,
    ...(usage.inputTokens > 0 && { usage }),
    ...(asked.response !== undefined && { details: { response: asked.response } }),
    cause,
  });
}

/**
 * What the AI SDK's errors consist of: an APICallError has all but `type` and `code`, an error within a stream what the
 * provider made of it, and that may be anything. By its shape, since each provider may bring its own copy of the classes.
 */
interface Fault {
  readonly name?: string;
  readonly message?: string;
  readonly statusCode?: number;
  readonly isRetryable?: boolean;
  readonly responseHeaders?: { readonly [name: string]: string };
  readonly type?: string;
  readonly code?: string | number;
}

/** Whatever the provider threw or sent, as the loop understands it. `usage`: what the answer had cost by then. */
export function toModelError(thrown: unknown, asked: Asked, usage?: Usage): ModelError {
  if (ModelError.is(thrown)) return thrown;
  const fault: Fault = typeof thrown === "object" && thrown !== null ? (thrown as Fault) : {};
  const said = typeof thrown === "string" ? thrown : (textOf(fault.message) ?? "");
  const { statusCode: status, responseHeaders, type } = fault;
  const code = typeof fault.code === "string" ? fault.code : undefined;
  const kind = [type, code].filter((part) => part !== undefined).join(" ");
  const verdict = judge(fault, said, kind);
  const wait = responseHeaders && retryAfterMs(toHeaders(responseHeaders), Date.now());
  const name = [status, kind].filter(Boolean).join(" ");
  // What a provider says about a key that it refuses may repeat parts of the key.
  const words = status === 401 || said === "" ? "" : `: ${said}`;
  const details: JsonObject = {
    ...(textOf(type) !== undefined && { type: type as string }),
    ...(code !== undefined && { code }),
    ...(asked.response !== undefined && { response: asked.response }),
  };
  return new ModelError({
    code: verdict.code,
    message: `${asked.provider} failed${name && ` (${name})`}${words}${verdict.hint && ` ${verdict.hint}`}`,
    retryable: verdict.retryable,
    ...(verdict.unavailable && { unavailable: true }),
    ...(verdict.retryable && wait !== undefined && { retryAfterMs: wait }),
    ...(status !== undefined && { status }),
    ...(usage !== undefined && usage.inputTokens > 0 && { usage }),
    ...(Object.keys(details).length > 0 && { details }),
    cause: thrown,
  });
}

interface Verdict {
  readonly code: ModelErrorOptions["code"];
  readonly retryable: boolean;
  readonly unavailable?: true;
  readonly hint: string;
}

const tooLong =
  /context.?(length|window|limit)|maximum context|prompt is too long|too many (input )?tokens|input (is too long|tokens exceed|token count)|reduce the length/i;

/** The AI SDK refuses how it is used: a key that is missing, a file that a model cannot read, a model that is not there. */
const misuse =
  /^AI_(LoadAPIKey|LoadSetting|InvalidArgument|InvalidPrompt|NoSuch\w*|TooMany\w*|UnsupportedFunctionality)Error$/;

/** Errors within a stream that a repetition meets again. The rest is mostly load and broken connections. */
const lasting =
  /invalid.?(request|argument)|policy|content_filter|unsupported|not_?found|permission|authentication|unauthenticated/i;

function judge(
  { name, statusCode: status, isRetryable }: Fault,
  said: string,
  kind: string,
): Verdict {
  const failed = (retryable: boolean, hint = ""): Verdict => ({
    code: "model-error",
    retryable,
    hint,
  });
  if (misuse.test(textOf(name) ?? "")) return failed(false);
  if (/insufficient_quota|billing/.test(kind) || status === 402) {
    // Also where the status does not tell it: another model may have an account that pays.
    return {
      ...failed(false, "Check the plan and the billing of the account."),
      unavailable: true,
    };
  }
  if (status === 429 || /rate_?limit|too_many_requests|resource_exhausted/i.test(kind)) {
    return { code: "rate-limited", retryable: true, hint: "" };
  }
  const mayBeLong = status === undefined || (status >= 400 && status < 500);
  if (status === 413 || (mayBeLong && tooLong.test(`${kind} ${said}`))) {
    return { code: "context-length", retryable: false, hint: "" };
  }
  if (status === 401)
    return failed(false, "The API key was refused: check what the provider was given.");
  if (status === 404) return failed(false, "Check the model's name and the base URL.");
  if (isRetryable !== undefined) return failed(isRetryable);
  return failed(status === undefined ? !lasting.test(kind) : status >= 500);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function toHeaders(headers: { readonly [name: string]: string }): Headers {
  return new Headers(Object.entries(headers).filter(([name]) => name.startsWith("retry-")));
}
