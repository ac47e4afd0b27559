import { decodeFrame, type Frame } from "@runwire/core/protocol";
import { ClientError } from "./client-error.ts";
import { createSseParser } from "./sse.ts";

/** A frame as it came: what it holds, and its SSE id, the cursor of the log entry. */
export interface Received {
  readonly id: string | undefined;
  readonly frame: Frame;
}

export interface FrameSink {
  /** Bytes came, maybe not yet a whole frame. */
  alive(): void;
  /** The whole frames of one chunk, in order, never none. False: nothing more is wanted. */
  frames(received: readonly Received[]): boolean;
  /** The server's `retry:`, in ms. */
  retry(ms: number): void;
}

/** UTF-16 units. A frame holds one event (at most 256 KB) or one snapshot, which grows with its run. */
const maxFrame = 2 ** 25;

/**
 * Reads a `text/event-stream` body to its end: one reader, one decoder, and no work per event but the parser's and the
 * protocol's. Resolves when the body ends, when the sink wants no more and when `signal` fires; a partial frame at the
 * end is dropped. Rejects with what the body threw, and, once the good frames before it are delivered, with a
 * {@link ClientError} `protocol` for bytes that are no frame: invalid UTF-8, not an event, too long. Then the body is
 * cancelled.
 */
export async function readFrames(
  body: ReadableStream<Uint8Array>,
  sink: FrameSink,
  signal: AbortSignal,
): Promise<void> {
  let received: Received[] = [];
  const parse = createSseParser(
    {
      event(data, id) {
        const frame = decodeFrame(data);
        if (frame !== undefined) received.push({ id, frame });
      },
      retry: sink.retry,
    },
    maxFrame,
  );
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const feed = (chunk: Uint8Array): ClientError | undefined => {
    try {
      parse(decoder.decode(chunk, { stream: true }));
      return undefined;
    } catch (cause) {
      return new ClientError({ code: "protocol", message: `Not a frame: ${cause}`, cause });
    }
  };
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read();
      if (done) return;
      sink.alive();
      const fault = feed(value);
      if (received.length > 0) {
        const batch = received;
        received = [];
        if (!sink.frames(batch)) return;
      }
      if (fault !== undefined) throw fault;
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}
