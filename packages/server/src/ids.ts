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
  return `run_${await digestOf(JSON.stringify([principal ?? null, thread ?? null, key]))}`;
}

/** The same for a command to a run. */
export async function commandIdFor(key: string, run: string): Promise<string> {
  return `cmd_${await digestOf(JSON.stringify([run, key]))}`;
}

/**
 * Refuses the ids that the runtime gives to the messages of a run: it would give the same again.
 *
 * @param pointer where in the body the id stands.
 */
export function checkMessageId(id: string, run: string, pointer: string): void {
  if (!id.startsWith(`${run}.`)) return;
  const detail = "An id that begins with the run's is for the runtime to give.";
  throw new Problem("invalid-body", { errors: [{ pointer, detail }] });
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

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return base64url(new Uint8Array(digest));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
