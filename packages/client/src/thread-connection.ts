import { isEnded, type RunEvent, type SnapshotFrame } from "@runwire/core/protocol";
import { ClientError } from "./client-error.ts";
import type { Conversation } from "./conversation.ts";
import { type Connection, follow, type Source } from "./follow.ts";
import type { Http } from "./http.ts";
import { isLast, type LiveRun } from "./live-run.ts";
import { createRunSource } from "./run-source.ts";
import type { ThreadSnapshot } from "./thread.ts";

export interface ThreadConnectionOptions {
  readonly http: Http;
  readonly conversation: Conversation;
  /** The thread's id, once it has one. */
  readonly thread: () => string | undefined;
  /** The conversation is known as of before the connection. */
  readonly loaded: boolean;
  /** A frame of a run was taken. */
  took(run: string, frame: RunEvent | SnapshotFrame): void;
  /** The conversation was put in place. */
  placed(): void;
  /** The conversation changed; `urgent`: nothing else may come for long. */
  changed(urgent: boolean): void;
  connection(connection: Connection): void;
  /** No connection will be tried until the next `open`. */
  lost(error: unknown): void;
}

export interface ThreadConnection {
  /** Fetches the thread unless it is there, then follows it. Does nothing while open, or without an id. */
  open(): void;
  close(): void;
  /** Puts another view of the thread in place of what was known. */
  load(snapshot: ThreadSnapshot): void;
  readonly loaded: boolean;
}

/** One connection for whatever runs in a thread. */
export function createThreadConnection(options: ThreadConnectionOptions): ThreadConnection {
  const { http, conversation, took } = options;
  let { loaded } = options;
  /** The run that is open was told to callbacks, by a `reset`. */
  let told = false;
  let opened: AbortController | undefined;

  return {
    open() {
      const thread = options.thread();
      if (opened !== undefined || thread === undefined) return;
      const own = new AbortController();
      opened = own;
      connect(thread, own.signal)
        .catch((error: unknown) => {
          if (!own.signal.aborted) options.lost(error);
        })
        .finally(() => {
          if (opened === own) opened = undefined;
        });
    },
    close() {
      opened?.abort();
      opened = undefined;
      conversation.live?.stop();
      options.connection("connecting");
    },
    load,
    get loaded() {
      return loaded;
    },
  };

  function load(snapshot: ThreadSnapshot): void {
    conversation.load(snapshot);
    loaded = true;
    told = false;
    options.placed();
    options.changed(true);
  }

  async function connect(thread: string, signal: AbortSignal): Promise<void> {
    const path = `/threads/${encodeURIComponent(thread)}`;
    for (;;) {
      if (!loaded) load(await fetchThread(path, thread, signal));
      const { live } = conversation;
      if (live?.state !== undefined && !isEnded(live.state)) {
        if (told) live.resume();
        else live.announce();
      }
      told = true;
      if (conversation.aside && live !== undefined) followAside(live, signal);
      const source = streamOf(path);
      await follow(source, signal, Number.POSITIVE_INFINITY);
      if (!source.stale) return;
      loaded = false;
    }
  }

  /** The thread's stream tells of its newest branch only: an open run of another one, while it is shown, needs its own. */
  function followAside(live: LiveRun, signal: AbortSignal): void {
    if (live.state === undefined || isEnded(live.state)) return;
    const source = createRunSource({
      http,
      run: live.id,
      position: live.position,
      take(frame, id) {
        const how = live.take(frame, id);
        if (how === "taken") took(live.id, frame);
        options.changed(isLast(frame));
        return how;
      },
      tell: () => conversation.live === live,
    });
    follow(source, signal, Number.POSITIVE_INFINITY).catch((error: unknown) => {
      if (!signal.aborted) options.lost(error);
    });
  }

  async function fetchThread(
    path: string,
    thread: string,
    signal: AbortSignal,
  ): Promise<ThreadSnapshot> {
    try {
      const attempts = Number.POSITIVE_INFINITY;
      return (await http.call({ path, attempts, signal })) as ThreadSnapshot;
    } catch (error) {
      // It begins with its first run; until then it can be followed all the same.
      if (ClientError.is(error) && error.code === "not-found")
        return { thread, runs: [], chain: [] };
      throw error;
    }
  }

  function streamOf(path: string): Source & { readonly stale: boolean } {
    let current: string | undefined;
    let taken = 0;
    let stale = false;
    return {
      open(signal) {
        const { cursor } = conversation;
        // Without an announcement the first frames are those of the cursor's run.
        current = cursor?.slice(0, cursor.lastIndexOf("/"));
        const query = cursor === undefined ? "" : `?after=${encodeURIComponent(cursor)}`;
        const headers = { accept: "text/event-stream" };
        return http.send({ path: `${path}/events${query}`, headers, signal });
      },
      take(received) {
        let urgent = false;
        try {
          for (const { frame, id } of received) {
            if (frame.type === "run") {
              current = frame.run;
              continue;
            }
            if (current === undefined) return "again";
            const how = conversation.take(current, frame, id);
            if (how === "missing") return "again";
            if (how === "lost") {
              stale = true;
              return "end";
            }
            if (how === "known") continue;
            taken++;
            if (how === "aside") continue;
            took(current, frame);
            urgent ||= isLast(frame);
          }
          return "more";
        } finally {
          options.changed(urgent);
        }
      },
      get taken() {
        return taken;
      },
      get stale() {
        return stale;
      },
      connection: options.connection,
    };
  }
}
