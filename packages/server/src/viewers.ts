import type { Viewer, Watching } from "@runwire/core";
import type { Context } from "./context.ts";
import type { FrameFormat } from "./frame-format.ts";
import { OpenStreams } from "./open-streams.ts";
import { streamHeaders } from "./reply.ts";
import { Stream } from "./stream.ts";
import type { Chunk } from "./stream-body.ts";
import { toWeb } from "./web-body.ts";

/** What a route streams. */
export interface RouteStream<T> {
  readonly format: FrameFormat;
  /** Begins to tell the viewer. What it is told ends the stream, never a run. */
  readonly tell: (viewer: Viewer<T>) => Watching;
  readonly encode: (item: T) => Chunk;
}

export interface Viewers {
  /** The {@link Context.stream} of one request. `onClose` is called once, when its stream is over. */
  streamFor(request: Request, onClose: () => void): Context["stream"];
  /** Ends all streams: the viewers come back, to another process. */
  closeAll(): void;
}

/** The streams of a handler. */
export function createViewers(options: {
  readonly keepAliveMs: number;
  readonly onError: (error: unknown, request: Request) => void;
}): Viewers {
  const { keepAliveMs, onError } = options;
  const streams = new OpenStreams(keepAliveMs);
  return {
    streamFor:
      (request, onClose) =>
      ({ format, tell, encode }) => {
        const body = new Stream(
          {
            tell,
            encode,
            preamble: format.preamble(),
            keepAlive: format.keepAlive,
            ...(format.onAbort !== undefined && { onAbort: format.onAbort }),
            onError: (error) => onError(error, request),
            onClose,
          },
          streams,
        );
        const headers = streamHeaders(format.contentType);
        return { status: 200, headers, body: toWeb(body, request.signal) };
      },
    closeAll: () => streams.abort(),
  };
}
