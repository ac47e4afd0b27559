import type { Viewer, Watching } from "@runwire/core";
import type { Context } from "./context.ts";
import type { FrameFormat } from "./frame-format.ts";
import { OpenStreams } from "./open-streams.ts";
import { streamHeaders } from "./reply.ts";
import { Stream, type StreamOptions } from "./stream.ts";
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

/** Told what became of a stream. */
type Report = (error: unknown, request: Request) => void;

/** The streams of a handler. */
export function createViewers(options: {
  readonly keepAliveMs: number;
  readonly onError: Report;
}): Viewers {
  const streams = new OpenStreams(options.keepAliveMs);
  return {
    streamFor: (request, onClose) => (route) => {
      const onError = faultsOf(request, options.onError);
      const body = new Stream(streamOptions(route, onError, onClose), streams);
      const headers = streamHeaders(route.format.contentType);
      return { status: 200, headers, body: toWeb(body, request.signal) };
    },
    closeAll: () => streams.abort(),
  };
}

/** Outside of the functions that have the request: what is made here stays for as long as the stream. */
function streamOptions<T>(
  { format, tell, encode }: RouteStream<T>,
  onError: (error: unknown) => void,
  onClose: () => void,
): StreamOptions<T> {
  const { preamble, keepAlive, onAbort } = format;
  return {
    tell,
    encode,
    preamble: preamble(),
    keepAlive,
    ...(onAbort !== undefined && { onAbort }),
    onError,
    onClose,
  };
}

/** Which request it was, without its headers, body and signals. */
function faultsOf({ url, method }: Request, report: Report): (error: unknown) => void {
  return (error) => report(error, new Request(url, { method }));
}
