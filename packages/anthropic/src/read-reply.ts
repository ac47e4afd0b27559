import type { Anthropic } from "@anthropic-ai/sdk";
import type { ModelEvent } from "@runwire/core";
import type { Usage } from "@runwire/core/protocol";
import { type Asked, cutError, toModelError } from "./errors.ts";

type WireEvent = Anthropic.RawMessageStreamEvent;

/** What the SDK gives for a streamed request. */
export interface EventStream extends AsyncIterable<WireEvent> {
  readonly controller: { abort(): void };
}

/** Maps one answer. */
export interface Reply {
  push(event: WireEvent): readonly ModelEvent[];
  /** The answer is complete: what may still come says nothing. */
  readonly ended: boolean;
  /** What the answer has cost so far. */
  readonly usage: Usage;
  /** The stream is over. The last events, or `undefined` when the answer was cut. */
  finish(): readonly ModelEvent[] | undefined;
}

/** How long a server may take to close an answer that is complete. */
const closingMs = 100;

/**
 * Reads an answer to its end and maps it. Throws ModelErrors only. Leaving the loop, a throw and an abort stop the
 * request upstream; an answer that ended is read to its last byte, so that the next request finds the connection open.
 */
export async function* readReply(
  open: () => PromiseLike<EventStream>,
  reply: Reply,
  asked: Asked,
  signal: AbortSignal,
): AsyncGenerator<readonly ModelEvent[], void, undefined> {
  let stream: EventStream | undefined;
  let iterator: AsyncIterator<WireEvent> | undefined;
  let broken: unknown;
  let anything = false;
  let closed = false;
  try {
    stream = await open();
    iterator = stream[Symbol.asyncIterator]();
    while (!reply.ended) {
      let result: IteratorResult<WireEvent>;
      try {
        result = await iterator.next();
      } catch (error) {
        closed = true;
        broken = error;
        break;
      }
      if (result.done) {
        closed = true;
        break;
      }
      anything = true;
      const events = reply.push(result.value);
      if (events.length > 0) yield events;
    }
    if (signal.aborted) return;
    // A connection that breaks after the answer was complete has cost nothing.
    const last = reply.finish();
    if (last !== undefined) yield last;
    else if (broken === undefined) throw cutError(anything, asked, reply.usage);
    // How fetch says that the connection broke.
    else if (broken instanceof TypeError) throw cutError(true, asked, reply.usage, broken);
    else throw broken;
  } catch (error) {
    if (!signal.aborted) throw toModelError(error, asked, reply.usage);
  } finally {
    if (stream !== undefined && !closed) {
      if (reply.ended && iterator !== undefined && !signal.aborted) await closing(iterator);
      stream.controller.abort();
    }
  }
}

/** Waits for the end of a stream that has nothing more to say. */
async function closing(iterator: AsyncIterator<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, closingMs);
  });
  const end = (async () => {
    while (!(await iterator.next()).done);
  })();
  try {
    await Promise.race([end, late]);
  } catch {
    // The answer is complete: how its connection ends is of no interest.
  } finally {
    clearTimeout(timer);
    end.catch(() => {});
  }
}
