import type { z } from "zod";
import { bodyFaults } from "./body-faults.ts";
import { findJsonFault } from "./json-fault.ts";
import { Problem } from "./problem.ts";

/** The request's JSON as the schema wants it. An empty body counts as `{}`. */
export async function readBody<S extends z.ZodType>(
  request: Request,
  schema: S,
  maxBytes: number,
): Promise<z.output<S>> {
  const parsed = schema.safeParse(await readJson(request, maxBytes));
  if (parsed.success) return parsed.data;
  throw new Problem("invalid-body", { errors: bodyFaults(parsed.error.issues) });
}

async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  checkUnread(request);
  const bytes = await readBytes(request, maxBytes);
  const empty = bytes.byteLength === 0;
  // Not only for order's sake: a page of any origin may send other types, or nothing, without a preflight.
  if (!empty || isCrossOrigin(request)) checkJsonType(request);
  if (empty) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Problem("malformed-body", { detail: "The body must be one JSON text in UTF-8." });
  }
  const fault = findJsonFault(value);
  if (fault !== undefined) throw new Problem("malformed-body", { errors: [fault] });
  return value;
}

function checkUnread(request: Request): void {
  if (!request.bodyUsed) return;
  throw new TypeError(
    "The request's body was read before Runwire got it: mount the handler before body parsers, and let authorize read request.clone().",
  );
}

/** Counts what comes: `Content-Length` is a claim, and chunked bodies make none. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = new Problem("too-large", {
    detail: `The body may be ${maxBytes} bytes at most.`,
    members: { limit: maxBytes },
  });
  if (Number(request.headers.get("content-length")) > maxBytes) throw tooLarge;
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(brokenOff);
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      // Not awaited: a host may take as long as the upload.
      reader.cancel(tooLarge).catch(() => {});
      throw tooLarge;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function brokenOff(): never {
  throw new Problem("malformed-body", { detail: "The body broke off." });
}

/** Only browsers say so, and only they hold somebody's cookies for the pages of others (Fetch Metadata §2.3). */
function isCrossOrigin({ headers }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  return site === "cross-site" || site === "same-site";
}

function checkJsonType({ headers }: Request): void {
  const type = headers.get("content-type") ?? "";
  const encoding = headers.get("content-encoding") ?? "identity";
  const isJson = /^\s*application\/(?:[\w.+-]+\+)?json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(
    type,
  );
  if (isJson && encoding === "identity") return;
  throw new Problem("unsupported-media-type", {
    detail: "Send the body as Content-Type: application/json, in UTF-8 and not compressed.",
    headers: { accept: "application/json" },
  });
}
