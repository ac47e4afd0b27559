import { Problem } from "./problem.ts";

/** A run id that a client chose: enough of it to be nobody else's by chance. */
export const runIdPattern = /^run_[A-Za-z0-9_-]{16,64}$/;

/** Where two requests with one key are the same request. Each principal and each thread has its own keys. */
export interface KeyScope {
  readonly principal: string | undefined;
  readonly thread: string | undefined;
}

/** The id of the run that an `Idempotency-Key` stands for: the same in every process, and no way back to the key. */
export async function runIdFor(key: string, { principal, thread }: KeyScope): Promise<string> {
  const scoped = JSON.stringify([principal ?? null, thread ?? null, key]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(scoped));
  return `run_${base64url(new Uint8Array(digest))}`;
}

/** The request's key, if it has one. */
export function readIdempotencyKey(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key") ?? undefined;
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Problem("invalid-request", {
    detail: "Idempotency-Key must be 1 to 255 visible ASCII characters.",
  });
}

/** For what the client did not name: commands and steering messages. */
export function randomId(prefix: string): string {
  return `${prefix}_${base64url(crypto.getRandomValues(new Uint8Array(16)))}`;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
