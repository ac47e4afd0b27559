import { ClientError, type ClientErrorCode, type Problem } from "./client-error.ts";

const codes: { readonly [status: number]: ClientErrorCode } = {
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  409: "conflict",
  410: "gone",
  413: "too-large",
  429: "rate-limited",
};

/** What an answer that is not ok says. Reads its body. */
export async function toClientError(response: Response, url: string): Promise<ClientError> {
  const { status } = response;
  const problem = await problemOf(response);
  const why = problem?.detail ?? problem?.title ?? response.statusText;
  return new ClientError({
    code: codeOf(status, problem),
    message: `${url} answered ${status}${why === "" ? "" : `: ${why}`}`,
    status,
    problem,
    retryAfterMs: retryAfter(response),
  });
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null) return body;
  } catch {
    // A proxy's page, or a body that broke off: the status has to do.
  }
  return undefined;
}

function codeOf(status: number, problem: Problem | undefined): ClientErrorCode {
  const type = String(problem?.type);
  if (type.endsWith(":busy")) return "busy";
  if (type.endsWith(":closed")) return "closed";
  return codes[status] ?? (status >= 500 ? "server" : "refused");
}

/** `Retry-After` in seconds or as a date. (RFC 9110 §10.2.3) */
function retryAfter(response: Response): number | undefined {
  const value = response.headers.get("retry-after");
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
