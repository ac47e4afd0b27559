import type { ThreadItem, Viewer, Watching } from "@runwire/core";
import { type Context, findRun, findThread, param, unknownThread } from "../context.ts";
import { readThreadCursor, type ThreadCursor } from "../cursors.ts";
import { Problem } from "../problem.ts";
import type { Route } from "../route.ts";
import { threadEncoder } from "../run-chunks.ts";
import { negotiateFormat } from "./events.ts";

/**
 * Whatever runs in the thread, now and later. A thread that does not exist is waited for: a page may follow the
 * conversation before its first message.
 */
export const followThread: Route = {
  method: "GET",
  path: "/threads/:thread/events",
  action: (params) => ({ type: "read-thread", thread: param({ params }, "thread") }),
  async handle(context) {
    const { request, url, runtime, stream } = context;
    const id = param(context, "thread");
    const format = negotiateFormat(request);
    const known = (await findThread(context, id)) !== undefined;
    const cursor = readThreadCursor(request, url);
    // Who is beyond the start of a run has seen the thread: it was deleted, or its log is gone, and nobody will bring it
    // back. Who is at the start waits for a run that is only being started.
    if (!known && cursor !== undefined && cursor.after.seq > 0) throw unknownThread(id);
    const at = await checkCursor(context, id, cursor);
    return stream<ThreadItem>({
      format,
      tell(viewer) {
        const from = at === undefined ? {} : { at };
        if (known) return runtime.watchThread(id, from, viewer);
        return tellOwn(context, viewer, (own) => runtime.watchThread(id, from, own));
      },
      encode: threadEncoder(format, at?.run),
    });
  },
};

/** A cursor names a run, and could name one that is not the viewer's. One that was deleted says nothing any more. */
async function checkCursor(
  context: Context,
  thread: string,
  at: ThreadCursor | undefined,
): Promise<ThreadCursor | undefined> {
  if (at === undefined || (await context.runtime.log.find(at.run)) === undefined) return undefined;
  if ((await findRun(context, at.run)).thread === thread) return at;
  throw new Problem("invalid-request", { detail: "The cursor is of another thread." });
}

/** Who waits for a thread that does not exist yet sees it only if it becomes the viewer's own. */
function tellOwn(
  { runtime, principal }: Context,
  viewer: Viewer<ThreadItem>,
  tell: (viewer: Viewer<ThreadItem>) => Watching,
): Watching {
  let checked = false;
  let checking = false;
  let over = false;
  const end = (error?: unknown): void => {
    if (over) return;
    leave();
    viewer.end(error);
  };
  const leave = (): void => {
    over = true;
    watching.leave();
  };
  const watching = tell({
    end,
    next(item) {
      if (checked || item.type !== "run") return viewer.next(item);
      checked = checking = true;
      runtime.log.find(item.run).then((info) => {
        checking = false;
        if (info?.principal !== principal) end();
        else if (!over && viewer.next(item)) watching.resume();
      }, end);
      return false;
    },
  });
  return {
    resume() {
      // A sink that has room again asks for more, whatever it is told: not before it is known who may have it.
      if (!checking) watching.resume();
    },
    leave,
  };
}
