import type { RunEvent } from "@runwire/core/protocol";
import { parseCursor } from "@runwire/core/protocol";
import { ClientError } from "./client-error.ts";
import { Feed } from "./feed.ts";
import { firstAttempts, follow } from "./follow.ts";
import type { Http } from "./http.ts";
import { linkAbort } from "./link-abort.ts";
import { Position } from "./position.ts";
import { createRunSource } from "./run-source.ts";

export interface IterateOptions {
  readonly http: Http;
  readonly run: string;
  /** Lets the feed have what the run's own following hears, from the first event on; `undefined` when it is too late. */
  attach(feed: Feed): (() => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * A run's events from its start to its end, as they arrive together. The first one who asks in time listens to the
 * connection that is there; everybody else has one of their own, and so has a reader that fell far behind.
 */
export function iterateBatches(options: IterateOptions): AsyncGenerator<readonly RunEvent[]> {
  let feed = new Feed();
  async function* batches() {
    let cursor: string | undefined;
    for (;;) {
      const detach =
        (cursor === undefined ? options.attach(feed) : undefined) ?? read(feed, cursor, options);
      try {
        for (let batch = await feed.next(); batch !== undefined; batch = await feed.next()) {
          cursor = batch.cursor;
          yield batch.events;
        }
      } finally {
        detach();
      }
      if (!feed.full) return;
      feed = new Feed();
    }
  }
  return leavable(batches(), () => feed.end());
}

/** The same, one by one. */
export function iterateEvents(options: IterateOptions): AsyncGenerator<RunEvent> {
  const batches = iterateBatches(options);
  async function* events() {
    for await (const batch of batches) for (const event of batch) yield event;
  }
  return leavable(events(), () => void batches.return(undefined));
}

/** A generator answers `return` only after the `next` under way, which may take days: `leave` makes that one end. */
function leavable<T>(generator: AsyncGenerator<T>, leave: () => void): AsyncGenerator<T> {
  const finish = generator.return.bind(generator);
  generator.return = (value) => {
    leave();
    return finish(value);
  };
  return generator;
}

/** Follows the run for one feed. Returns the way to stop. */
function read(feed: Feed, after: string | undefined, options: IterateOptions): () => void {
  const { http, run } = options;
  const local = linkAbort(options.signal);
  const position = new Position();
  position.cursor = after;
  position.seq = (after === undefined ? undefined : parseCursor(after))?.seq ?? 0;
  const source = createRunSource({
    http,
    run,
    position,
    take(frame, id) {
      if (frame.type === "snapshot") feed.end({ error: rewritten(run, position.seq) });
      return position.advance(frame, id);
    },
    tell: (batch) => feed.push(batch),
  });
  void follow(source, local.signal, firstAttempts)
    .then(
      () => feed.end(),
      (error: unknown) => feed.end({ error }),
    )
    .finally(local.release);
  return () => local.abort(undefined);
}

/** Events that a reader has not seen are not there any more: their log was shortened, or lost its newest part. */
export function rewritten(run: string, seq: number): ClientError {
  return new ClientError({
    code: "gone",
    message: `The events of ${run} after ${seq} are gone from its log. Iterate again, or look at its state.`,
  });
}
