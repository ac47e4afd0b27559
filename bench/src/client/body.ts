import { setImmediate as macrotask } from "node:timers/promises";

/** So many events pass before timers get their turn, as they do between two reads of a fast socket. */
const hopEvents = 256;

const encoder = new TextEncoder();

/** Frames as the chunks of a body, so many per chunk. */
export function toChunks(frames: readonly string[], perChunk: number): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < frames.length; at += perChunk) {
    chunks.push(encoder.encode(frames.slice(at, at + perChunk).join("")));
  }
  return chunks;
}

export interface BodyOptions {
  readonly perChunk: number;
  /** Called after every chunk, in a macrotask of its own. */
  readonly afterChunk?: (() => void) | undefined;
}

/** A body that is read from memory. Timers fire in between: a source of microtasks only would hold all of them up. */
export function bodyOf(
  chunks: readonly Uint8Array[],
  { perChunk, afterChunk }: BodyOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const hop = afterChunk === undefined ? Math.max(1, Math.floor(hopEvents / perChunk)) : 1;
  let next = 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const chunk = chunks[next++];
    if (chunk === undefined) controller.close();
    else controller.enqueue(chunk);
  };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (next === 0 || next % hop !== 0) return pull(controller);
      return macrotask().then(() => {
        afterChunk?.();
        pull(controller);
      });
    },
  });
  return stream as ReadableStream<Uint8Array<ArrayBuffer>>;
}

export function eventStream(body: ReadableStream<Uint8Array<ArrayBuffer>>): Response {
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
