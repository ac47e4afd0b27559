import type { RuntimeCore, TailItem, WatchFrom } from "@runwire/core";
import type { Cursor } from "@runwire/core/protocol";
import { type Context, findRun, flag, param } from "../context.ts";
import { readCursor } from "../cursors.ts";
import { type FrameFormat, ndjson, sse } from "../frame-format.ts";
import { negotiate } from "../negotiate.ts";
import type { Reply } from "../reply.ts";
import type { Route } from "../route.ts";
import { encodeRunItem } from "../run-chunks.ts";

/** The run's events, from the cursor to its end. */
export const followRun: Route = {
  method: "GET",
  path: "/runs/:run/events",
  action: (params) => ({ type: "read", run: param({ params }, "run") }),
  async handle(context) {
    const { request, url } = context;
    const run = param(context, "run");
    const format = negotiateFormat(request);
    const after = readCursor(request, url);
    const snapshot = flag(url, "snapshot");
    await findRun(context, run);
    return replyWithEvents(context, run, format, {
      snapshot,
      ...(after !== undefined && { after }),
    });
  },
};

/** What `Accept` makes of a stream of events. */
export function negotiateFormat(request: Request): FrameFormat {
  const type = negotiate(request, [sse.contentType, ndjson.contentType]);
  return type === sse.contentType ? sse : ndjson;
}

export async function replyWithEvents(
  { runtime, stream }: Context,
  run: string,
  format: FrameFormat,
  from: WatchFrom,
): Promise<Reply> {
  const { after } = from;
  // A native EventSource comes back also after the last event: only 204 stops it.
  if (after !== undefined && (await isAtEnd(runtime, run, after))) return { status: 204 };
  return stream<TailItem>({
    format,
    tell: (viewer) => runtime.watch(run, from, viewer),
    encode: (item) => encodeRunItem(format, item),
  });
}

async function isAtEnd({ log }: RuntimeCore, run: string, after: Cursor): Promise<boolean> {
  const read = await log.read(run, after, 1);
  return read.status === "events" && read.segment.count === 0 && read.ended;
}
