import type { RunInfo, ThreadInfo } from "@runwire/core";
import { type Context, findRun, findThread, param, unknownThread } from "../context.ts";
import { Problem } from "../problem.ts";
import { json } from "../reply.ts";
import type { Route } from "../route.ts";

const defaultLimit = 20;
const maxLimit = 100;

/** The principal's conversations, newest activity first. `next` is the `before` of the page after this one. */
export const listThreads: Route = {
  method: "GET",
  path: "/threads",
  action: () => ({ type: "list-threads" }),
  async handle(context) {
    const { url } = context;
    const limit = Math.min(count(url, "limit") ?? defaultLimit, maxLimit);
    const threads = await page(context, limit, count(url, "before"));
    const next = threads.length === limit ? threads.at(-1)?.updatedAt : undefined;
    return json({
      threads: threads.map(withoutPrincipal),
      ...(next !== undefined && { next }),
    });
  },
};

/** The conversation: its runs, and the states of those that lead to `?run=` (default: to its newest run). */
export const getThread: Route = {
  method: "GET",
  path: "/threads/:thread",
  action: (params) => ({ type: "read-thread", thread: param({ params }, "thread") }),
  async handle(context) {
    const { runtime, url } = context;
    const id = param(context, "thread");
    const thread = await findThread(context, id);
    if (thread === undefined) throw unknownThread(id);
    const run = url.searchParams.get("run") ?? thread.head;
    if (run !== undefined && (await findRun(context, run)).thread !== id) {
      throw new Problem("not-found", { detail: "The run is not of this thread." });
    }
    const [runs, chain] = await Promise.all([
      runtime.log.threads.runs(id),
      run === undefined ? [] : runtime.chain(run),
    ]);
    return json({ ...withoutPrincipal(thread), runs: runs.map(withoutPrincipal), chain });
  },
};

/** Deletes the conversation with all its runs; what runs is stopped. */
export const deleteThread: Route = {
  method: "DELETE",
  path: "/threads/:thread",
  action: (params) => ({ type: "delete-thread", thread: param({ params }, "thread") }),
  async handle(context) {
    const id = param(context, "thread");
    if ((await findThread(context, id)) === undefined) throw unknownThread(id);
    await context.runtime.log.delete({ thread: id });
    return { status: 204 };
  },
};

/** The log's list without a principal is everybody's: those of nobody have to be picked out. */
async function page(
  { runtime, principal }: Context,
  limit: number,
  before: number | undefined,
): Promise<readonly ThreadInfo[]> {
  const { threads } = runtime.log;
  const found: ThreadInfo[] = [];
  for (let end = before; ; ) {
    const listed = await threads.list({
      limit,
      ...(principal !== undefined && { principal }),
      ...(end !== undefined && { before: end }),
    });
    found.push(...listed.filter((thread) => thread.principal === principal));
    end = listed.at(-1)?.updatedAt;
    if (found.length >= limit || listed.length < limit || end === undefined) {
      return found.slice(0, limit);
    }
  }
}

function withoutPrincipal<T extends RunInfo | ThreadInfo>({ principal: _, ...info }: T) {
  return info;
}

function count(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null) return undefined;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Problem("invalid-request", { detail: `?${name}= must be a whole number from 1.` });
}
