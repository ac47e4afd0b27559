import { isId, type RunInfo, type RuntimeCore, type ThreadInfo } from "@runwire/core";
import { Problem } from "./problem.ts";
import type { Reply } from "./reply.ts";
import type { RouteStream } from "./viewers.ts";

/** What a route has to work with: one request that was let in. */
export interface Context {
  readonly request: Request;
  readonly url: URL;
  /** The values of the path's `:names`. */
  readonly params: { readonly [name: string]: string };
  /** Absent without `authorize`. */
  readonly principal: string | undefined;
  readonly runtime: RuntimeCore;
  /** The path of a run, for `Location`. */
  readonly pathOf: (run: string) => string;
  readonly maxBodyBytes: number;
  /** The models that a request may choose from. */
  readonly clientModels: readonly string[];
  /** Answers with a stream, which is begun once the viewer reads. */
  readonly stream: <T>(stream: RouteStream<T>) => Reply;
}

/** The run, if it is the principal's. What belongs to others does not exist. */
export async function findRun({ runtime, principal }: Context, run: string): Promise<RunInfo> {
  const info = isId(run) ? await runtime.log.find(run) : undefined;
  if (info === undefined || info.principal !== principal) throw unknownRun(run);
  return info;
}

/** The thread, if it is the principal's; `undefined`: there is none. */
export async function findThread(
  { runtime, principal }: Context,
  thread: string,
): Promise<ThreadInfo | undefined> {
  if (!isId(thread)) throw unknownThread(thread);
  const info = await runtime.log.threads.get(thread);
  if (info !== undefined && info.principal !== principal) throw unknownThread(thread);
  return info;
}

export function unknownRun(run: string): Problem {
  return new Problem("not-found", { detail: `There is no run ${JSON.stringify(run)}.` });
}

export function unknownThread(thread: string): Problem {
  return new Problem("not-found", { detail: `There is no thread ${JSON.stringify(thread)}.` });
}

/** A value of the path: the router has found the route by it. */
export function param({ params }: Pick<Context, "params">, name: string): string {
  const value = params[name];
  if (value === undefined) throw new Error(`The route's path has no :${name}.`);
  return value;
}

/** An optional `true` or `false` of the query. */
export function flag(url: URL, name: string): boolean {
  const value = url.searchParams.get(name);
  if (value === null || value === "false") return false;
  if (value === "true") return true;
  throw new Problem("invalid-request", { detail: `?${name}= must be true or false.` });
}
