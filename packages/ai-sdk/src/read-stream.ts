import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { ModelEvent } from "@runwire/core";
import type { Usage } from "@runwire/core/protocol";
import { type Asked, cutError, toModelError } from "./errors.ts";

/** Maps one answer. */
export interface Reply {
  /** Throws what the provider says went wrong. */
  push(part: LanguageModelV4StreamPart): readonly ModelEvent[];
  /** The answer is complete, unless what may still come says otherwise. */
  readonly ended: boolean;
  /** What the answer has cost so far. */
  readonly usage: Usage;
  /** The provider's id of the answer. */
  readonly response: string | undefined;
  /** The stream is over. The last events, or `undefined` when the answer was cut. */
  finish(): readonly ModelEvent[] | undefined;
}

/** How long a provider may take to close an answer that is complete. */
const closingMs = 100;

/**
 * Reads an answer to its end and maps it. Throws ModelErrors only. Leaving the loop, a throw and an abort stop the
 * request upstream.
 */
export async function* readStream(
  open: () => PromiseLike<ReadableStream<LanguageModelV4StreamPart>>,
  reply: Reply,
  asked: Asked,
  signal: AbortSignal,
): AsyncGenerator<readonly ModelEvent[], void, undefined> {
  if (signal.aborted) return;
  let reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart> | undefined;
  let opening: PromiseLike<ReadableStream<LanguageModelV4StreamPart>> | undefined;
  let anything = false;
  const aborted = withAbort(signal);
  try {
    opening = open();
    reader = (await aborted.race(opening)).getReader();
    for (;;) {
      const result = await next(reader, reply.ended, aborted);
      if (result === undefined || result.done) break;
      anything ||= result.value.type !== "stream-start";
      const events = reply.push(result.value);
      if (events.length > 0) yield events;
    }
    if (signal.aborted) return;
    const last = reply.finish();
    if (last === undefined)
      throw cutError(anything, { ...asked, response: reply.response }, reply.usage);
    yield last;
  } catch (error) {
    if (signal.aborted) return;
    const full = { ...asked, response: reply.response };
    // How fetch says that the connection broke.
    const broke = reader !== undefined && error instanceof TypeError;
    throw broke ? cutError(true, full, reply.usage, error) : toModelError(error, full, reply.usage);
  } finally {
    aborted.dispose();
    // It has ended, or has failed, or is stopped: what it says to that is of no interest.
    if (reader !== undefined) reader.cancel().catch(() => {});
    // It may still come, from a provider that does not listen to the signal.
    else opening?.then((stream) => stream.cancel()).then(undefined, () => {});
  }
}

type Result = ReadableStreamReadResult<LanguageModelV4StreamPart>;

/** The next part; `undefined` when an answer that is complete does not close in time, or has broken since. */
async function next(
  reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>,
  ended: boolean,
  aborted: ReturnType<typeof withAbort>,
): Promise<Result | undefined> {
  if (!ended) return aborted.race(reader.read());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), closingMs);
  });
  const rest = reader.read().catch(() => undefined);
  try {
    return await aborted.race(Promise.race([rest, late]));
  } finally {
    clearTimeout(timer);
  }
}

/** Not every provider listens to the signal at every moment. */
function withAbort(signal: AbortSignal) {
  let abort = () => {};
  const fired = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  // Nobody may be racing when it fires.
  fired.catch(() => {});
  signal.addEventListener("abort", abort, { once: true });
  return {
    race: <T>(promise: PromiseLike<T>): Promise<T> => Promise.race([promise, fired]),
    dispose: () => signal.removeEventListener("abort", abort),
  };
}
