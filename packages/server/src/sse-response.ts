import { defaultRetryMs, sse } from "./frame-format.ts";
import { OpenStreams } from "./open-streams.ts";
import { checkPositive } from "./positive.ts";
import { streamHeaders } from "./reply.ts";
import { reporter } from "./report.ts";
import { formatFrame, formatPreamble, type SseFrame } from "./sse-frame.ts";
import { Stream, type StreamOptions } from "./stream.ts";
import { tellIterable } from "./tell-iterable.ts";
import { toWeb } from "./web-body.ts";

export interface SseResponseOptions<T> {
  /** A value as a frame; `undefined`: not sent. Default: `data` is the value's JSON, or the value if it is a string. */
  readonly frame?: (value: T) => SseFrame | undefined;
  /** Told what the source or `frame` threw. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** How often the stream gets a comment, in ms. Default 8,000. */
  readonly keepAliveMs?: number;
  /** What a native EventSource waits before it comes back: between this and twice this. Default 1,000. */
  readonly retryMs?: number;
  /** In addition to, or instead of, those of an event stream. */
  readonly headers?: HeadersInit;
  /** Default 200. */
  readonly status?: number;
}

/**
 * Any async iterable as server-sent events, for those who want only that. The source is read as fast as the viewer
 * reads, and returned when the viewer leaves. A source that throws breaks the stream after what it gave before: a clean
 * end would read as success.
 *
 * @throws TypeError for options that cannot work.
 *
 * @example
 * export const GET = () => sseResponse(ticks());
 */
export function sseResponse<T>(
  source: AsyncIterable<T>,
  options: SseResponseOptions<T> = {},
): Response {
  const { frame = defaultFrame, keepAliveMs = 8_000, retryMs = defaultRetryMs } = options;
  checkPositive("keepAliveMs", keepAliveMs);
  const onError = reporter(options.onError);
  const encode = (value: T): string => {
    const block = frame(value);
    return block === undefined ? "" : formatFrame(block);
  };
  const stream: StreamOptions<string> = {
    tell: (viewer) => tellIterable(source, encode, viewer, onError),
    encode: (text) => text,
    preamble: formatPreamble(retryMs),
    keepAlive: sse.keepAlive,
    onError,
  };
  const body = toWeb(new Stream(stream, new OpenStreams(keepAliveMs)));
  const headers = new Headers(streamHeaders(sse.contentType));
  new Headers(options.headers).forEach((value, name) => {
    headers.set(name, value);
  });
  return new Response(body, { status: options.status ?? 200, headers });
}

function defaultFrame(value: unknown): SseFrame {
  const data = typeof value === "string" ? value : JSON.stringify(value);
  if (typeof data === "string") return { data };
  throw new TypeError(
    `${String(value)} has no JSON. Give sseResponse a \`frame\` that makes text of it.`,
  );
}
