import type { Run, RunInput, RunOptions, StartedRun, WatchOptions } from "@runwire/core";
import type { RunState } from "@runwire/core/protocol";
import { createCommands } from "./commands.ts";
import type { Feed } from "./feed.ts";
import { firstAttempts, follow } from "./follow.ts";
import type { Http } from "./http.ts";
import { randomId } from "./ids.ts";
import { rewritten } from "./iterate.ts";
import { LiveRun } from "./live-run.ts";
import { createRunHandle } from "./run-handle.ts";
import { askEvents, createRunSource } from "./run-source.ts";

/** Starts a run and follows it. The ids are chosen here: a start whose answer is lost is sent again, and is the same. */
export function startRun(
  http: Http,
  agent: string,
  input: RunInput,
  options: RunOptions,
): StartedRun {
  const { on: _on, tools: _tools, signal: _signal, ...request } = options;
  const run = request.run ?? randomId("run_");
  const thread = request.thread ?? randomId("thr_");
  const body = { ...request, input, run, thread };
  const begin = (signal: AbortSignal) =>
    http.send({
      method: "POST",
      path: `/agents/${encodeURIComponent(agent)}/runs`,
      headers: { accept: "text/event-stream" },
      body,
      signal,
    });
  return watchRun(http, { run, thread, watch: options, begin }) as StartedRun;
}

export function followRun(http: Http, run: string, watch: WatchOptions): Run {
  return watchRun(http, { run, watch });
}

interface Watched {
  readonly run: string;
  readonly thread?: string;
  readonly watch: WatchOptions;
  /** Starts the run. Absent: it is there already. */
  readonly begin?: (signal: AbortSignal) => Promise<Response>;
}

function watchRun(http: Http, { run, thread, watch, begin }: Watched): Run {
  const commands = createCommands(http);
  const signal = watch.signal ?? new AbortController().signal;
  const known = Promise.withResolvers<void>();
  const feeds = new Set<Feed>();
  const heard = watch.on !== undefined || watch.tools !== undefined;
  // Callbacks hear what happens from now on, after one `reset`. Who iterates wants every event.
  const looksBack = begin !== undefined || !heard;
  let asked = false;
  let ended: Promise<RunState> | undefined;
  let failure: { readonly error: unknown } | undefined;

  const handle: Run = createRunHandle({
    http,
    run,
    thread,
    commands,
    signal: watch.signal,
    state() {
      void end();
      return live.state;
    },
    known: () => known.promise,
    ended: end,
    attach(feed) {
      void end();
      if (failure !== undefined && live.position.seq === 0) feed.end(failure);
      else if (!looksBack || live.position.seq > 0 || (begin === undefined && asked))
        return undefined;
      feeds.add(feed);
      return () => feeds.delete(feed);
    },
  });
  const live: LiveRun = new LiveRun(handle, watch, commands);
  const source = createRunSource({
    http,
    run,
    position: live.position,
    async begin(signal) {
      asked = true;
      const whole = looksBack && feeds.size > 0;
      const response = await (begin?.(signal) ??
        askEvents(http, run, signal, whole ? {} : { snapshot: "true" }));
      known.resolve();
      return response;
    },
    take(frame, id) {
      if (frame.type === "snapshot") endFeeds({ error: rewritten(run, live.position.seq) });
      return live.take(frame, id);
    },
    tell(batch) {
      for (const feed of feeds) if (!feed.push(batch)) feeds.delete(feed);
      return true;
    },
  });

  known.promise.catch(() => {});
  if (begin === undefined) known.resolve();
  // Of a run that is there already nothing is asked before somebody wants to know: a command needs no stream.
  if (begin !== undefined || heard) void end();
  return handle;

  /** Follows the run, once. Resolves at its end. */
  function end(): Promise<RunState> {
    if (ended !== undefined) return ended;
    // A microtask later: who begins to iterate now is heard first.
    ended = Promise.resolve()
      .then(() => follow(source, signal, firstAttempts))
      .then(() => live.end());
    ended.then(
      () => endFeeds({}),
      (error: unknown) => {
        failure = { error };
        known.reject(error);
        endFeeds(failure);
        live.stop();
      },
    );
    return ended;
  }

  function endFeeds(how: { readonly error?: unknown }): void {
    for (const feed of feeds) feed.end(how);
    feeds.clear();
  }
}
