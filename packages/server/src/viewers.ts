import type { Context } from "./context.ts";
import { streamHeaders } from "./reply.ts";
import { writeStream } from "./stream-writer.ts";

export interface Viewers {
  /** The {@link Context.stream} of one request. `onClose` is called once, when its stream is over. */
  streamFor(request: Request, onClose: () => void): Context["stream"];
  /** Ends all streams: the viewers come back, to another process. */
  closeAll(): void;
}

/** The streams that are open. */
export function createViewers(options: {
  readonly keepAliveMs: number;
  readonly onError: (error: unknown, request: Request) => void;
}): Viewers {
  const { keepAliveMs, onError } = options;
  const open = new Set<AbortController>();
  return {
    streamFor:
      (request, onClose) =>
      ({ format, source, encode }) => {
        const viewer = new AbortController();
        // Hosts differ in which they tell of a viewer that is gone: the request's signal or the body's cancel.
        const leave = () => viewer.abort();
        request.signal.addEventListener("abort", leave);
        if (request.signal.aborted) leave();
        open.add(viewer);
        const body = writeStream(source(viewer.signal), {
          encode,
          preamble: format.preamble(),
          keepAlive: format.keepAlive,
          keepAliveMs,
          ...(format.onAbort !== undefined && { onAbort: format.onAbort }),
          signal: viewer.signal,
          onError: (error) => onError(error, request),
          onClose() {
            open.delete(viewer);
            request.signal.removeEventListener("abort", leave);
            viewer.abort();
            onClose();
          },
        });
        return { status: 200, headers: streamHeaders(format.contentType), body };
      },
    closeAll() {
      for (const viewer of open) viewer.abort();
    },
  };
}
