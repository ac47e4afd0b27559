import { formatPreamble, keepAliveFrame } from "./sse-frame.ts";

/** How the frames of a stream look on one transport. */
export interface FrameFormat {
  readonly contentType: string;
  /** Sent between frames while nothing happens; means nothing. */
  readonly keepAlive: string;
  /** Sent at once. */
  readonly preamble: () => string;
  /**
   * One JSON text as a frame. `id` is what a reader comes back with. Neither is checked, since this is the hot path:
   * `JSON.stringify` writes no line breaks, and the caller sees to the id.
   */
  frame(json: string, id?: string): string;
  /** Frames are what a log keeps (`Segment.frames`), but for what stands before the cursor. */
  readonly asKept?: true;
  /** What a stream becomes that is let go in the middle. Default `end`: its reader can tell, and comes back. */
  readonly onAbort?: "end" | "break";
}

/** The delay before a native EventSource comes back, before jitter. */
export const defaultRetryMs = 1_000;

export const sse: FrameFormat = {
  contentType: "text/event-stream",
  keepAlive: keepAliveFrame,
  preamble: () => formatPreamble(defaultRetryMs),
  asKept: true,
  frame: (json, id) => (id === undefined ? `data: ${json}\n\n` : `id: ${id}\ndata: ${json}\n\n`),
};

/** One JSON text per line and no ids: each event has its `seq`. */
export const ndjson: FrameFormat = {
  contentType: "application/x-ndjson",
  // White space before the next line's value: an empty line is one that many readers fail to parse.
  keepAlive: " ",
  preamble: () => "",
  frame: (json) => `${json}\n`,
};
