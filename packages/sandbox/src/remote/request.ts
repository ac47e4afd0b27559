import { SandboxError, type SandboxErrorCode } from "../sandbox-error.ts";

/** Posts JSON. Throws a `SandboxError` that says what to do about a refusal; an abort stays what it is. */
export async function post(
  url: string,
  headers: { readonly [name: string]: string },
  body: unknown,
  signal: AbortSignal,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal,
      redirect: "error",
    });
  } catch (cause) {
    if (signal.aborted) throw cause;
    const message = `The sandbox at ${new URL(url).origin} cannot be reached.`;
    throw new SandboxError("unavailable", { message, retryable: true, cause });
  }
  if (response.ok) return response;
  const text = await response.text().catch(() => "");
  const { code, retryable } = refusal(response.status);
  const message = `The sandbox at ${new URL(url).origin} answered ${response.status}: ${text.slice(0, 500)}`;
  throw new SandboxError(code, { message, retryable });
}

function refusal(status: number): { readonly code: SandboxErrorCode; readonly retryable: boolean } {
  if (status === 401 || status === 403) return { code: "auth", retryable: false };
  if (status === 402) return { code: "quota", retryable: false };
  if (status === 429) return { code: "rate_limit", retryable: true };
  if (status === 408 || status >= 500) return { code: "unavailable", retryable: true };
  return { code: "protocol", retryable: false };
}
