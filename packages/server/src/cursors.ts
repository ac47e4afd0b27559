import { type Cursor, parseCursor } from "@runwire/core/protocol";
import { Problem } from "./problem.ts";

/** A place in a thread: the run, and the cursor in it. */
export interface ThreadCursor {
  readonly run: string;
  readonly after: Cursor;
}

/** Where a follower of a run goes on; `undefined`: from the beginning. */
export function readCursor(request: Request, url: URL): Cursor | undefined {
  const text = cursorText(request, url);
  if (text === undefined) return undefined;
  return parseCursor(text) ?? notACursor(text, "a cursor such as 12 or 12.1763700000000");
}

/** Where a follower of a thread goes on; `undefined`: with its newest run. */
export function readThreadCursor(request: Request, url: URL): ThreadCursor | undefined {
  const text = cursorText(request, url);
  if (text === undefined) return undefined;
  const slash = text.lastIndexOf("/");
  const after = parseCursor(text.slice(slash + 1));
  if (slash < 1 || after === undefined) return notACursor(text, "<run>/<cursor>");
  return { run: text.slice(0, slash), after };
}

/** The header is the newer one: a native EventSource repeats its URL for ever. Empty means none, as in its standard. */
function cursorText(request: Request, url: URL): string | undefined {
  return request.headers.get("last-event-id") || url.searchParams.get("after") || undefined;
}

function notACursor(text: string, form: string): never {
  throw new Problem("invalid-request", {
    detail: `Last-Event-ID or ?after= must be ${form}: ${JSON.stringify(text.slice(0, 80))}`,
  });
}
