import { backoff } from "./backoff.ts";
import { ClientError, isTransient } from "./client-error.ts";
import { linkAbort } from "./link-abort.ts";
import { type Received, readFrames } from "./read-frames.ts";
import { isOnline, onWake } from "./wake.ts";
import { watch } from "./watch.ts";

/** `connecting` until the first answer; later, while there is no stream, `reconnecting`. `offline`: no network at all. */
export type Connection = "connecting" | "connected" | "reconnecting" | "offline";

/** What is followed, and how far one has come. */
export interface Source {
  /** Asks once for what comes after all that was taken. A 204 says that nothing ever will. */
  open(signal: AbortSignal): Promise<Response>;
  /** Takes frames. `end`: no more of them. `again`: they do not join what was taken, so ask again. Must not throw. */
  take(received: readonly Received[]): "more" | "end" | "again";
  /** How much was taken so far: any number that grows. */
  readonly taken: number;
  connection(connection: Connection): void;
}

/** What a run's first answer may take, a few seconds; a conversation on a page is tried for ever. */
export const firstAttempts = 6;
/** So many streams in a row that did not join what was taken are no accident. */
const maxMisfits = 5;
/** A connection that lived this long was a good one, even if nothing happened on it. */
const goodMs = 10_000;

/**
 * Follows a source to its end over as many connections as it takes: a stream that just stops is a disconnect.
 * Resolves at the end. Rejects with the signal's reason; with a {@link ClientError} when trying again would not help, or
 * when `attempts` in a row failed before the first answer. Then no timer, request, reader or listener is left.
 */
export async function follow(source: Source, signal: AbortSignal, attempts: number): Promise<void> {
  let reached = false;
  let retryMs = 0;
  let failures = 0;
  let misfits = 0;
  const lost = () => {
    const trying = reached ? "reconnecting" : "connecting";
    source.connection(isOnline() ? trying : "offline");
  };
  const stopWaking = onWake((wake) => wake === "seen" || lost());
  try {
    for (;;) {
      const { taken } = source;
      const began = Date.now();
      const lack = await connect();
      if (lack === undefined) return;
      const good = source.taken > taken || (reached && Date.now() - began > goodMs);
      failures = good ? 0 : failures + 1;
      misfits = good || lack.code !== "protocol" ? 0 : misfits + 1;
      if (misfits === maxMisfits || (!reached && failures >= attempts)) throw lack;
      lost();
      await backoff({ failures, floorMs: lack.retryAfterMs ?? retryMs, signal });
    }
  } finally {
    stopWaking();
  }

  /** One connection. Resolves with what it lacked to be the last; rejects when another one would be no better. */
  async function connect(): Promise<ClientError | undefined> {
    signal.throwIfAborted();
    const local = linkAbort(signal);
    const watcher = watch((why) => local.abort(cut(`The connection was given up: ${why}.`)));
    let response: Response | undefined;
    let lack: ClientError | undefined = cut("The stream stopped before its end.");
    try {
      response = await source.open(local.signal);
      if (response.status === 204) return undefined;
      const body = streamOf(response, reached);
      reached = true;
      source.connection("connected");
      const sink = {
        alive: watcher.alive,
        retry(ms: number) {
          retryMs = ms;
        },
        frames(received: readonly Received[]) {
          const next = source.take(received);
          if (next === "end") lack = undefined;
          if (next === "again")
            lack = misfit("The stream does not go on where the last one ended.");
          return next === "more";
        },
      };
      await readFrames(body, sink, local.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (ClientError.is(error)) {
        if (!isTransient(error) && !(reached && error.code === "protocol")) throw error;
        lack = error;
      } else if (response === undefined) throw error;
      else lack = cut("The connection broke.", error);
    } finally {
      watcher.stop();
      local.release();
      local.abort(undefined);
    }
    signal.throwIfAborted();
    return lack;
  }
}

function streamOf(response: Response, reached: boolean): ReadableStream<Uint8Array> {
  const type = response.headers.get("content-type");
  if (type?.startsWith("text/event-stream") && response.body !== null) return response.body;
  void response.body?.cancel();
  const hint = reached ? "" : " Is `url` the address that the server's handler is mounted at?";
  throw misfit(`${response.url} answered with ${type ?? "no content type"}, not a stream.${hint}`);
}

function cut(message: string, cause?: unknown): ClientError {
  return new ClientError({ code: "network", message, cause });
}

function misfit(message: string): ClientError {
  return new ClientError({ code: "protocol", message });
}
