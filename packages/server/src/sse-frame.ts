/** One block of an event stream (WHATWG HTML §9.2.6). */
export interface SseFrame {
  /** May hold line breaks: each line becomes a `data:` line. A reader joins them by LF, whatever they were. */
  readonly data: string;
  /** What the reader sends back as `Last-Event-ID`. No CR, LF or NUL. */
  readonly id?: string;
  /** The event's name; absent: `message`. No CR, LF or NUL. */
  readonly event?: string;
}

/**
 * The frame as text.
 *
 * @throws TypeError when the id or the name holds CR, LF or NUL: they would end the line and let whoever chose them
 * write frames of their own.
 */
export function formatFrame({ data, id, event }: SseFrame): string {
  let text = "";
  if (event !== undefined) text += `event: ${oneLine("name", event)}\n`;
  if (id !== undefined) text += `id: ${oneLine("id", id)}\n`;
  return `${text}data: ${data.replace(/\r\n|\r|\n/g, "\ndata: ")}\n\n`;
}

/**
 * What a stream begins with, so that headers and first bytes leave at once: the delay before a native EventSource
 * comes back. The jitter keeps the viewers of a server that went away from returning all in the same moment.
 */
export function formatPreamble(retryMs: number): string {
  return `retry: ${Math.round(retryMs * (1 + Math.random()))}\n: \n\n`;
}

/** A comment: no event for the reader, traffic for the proxies in between. */
export const keepAliveFrame = ": \n\n";

function oneLine(what: string, text: string): string {
  if (/[\r\n\0]/.test(text)) {
    throw new TypeError(
      `The ${what} of an SSE frame must not contain CR, LF or NUL: ${JSON.stringify(text)}`,
    );
  }
  return text;
}
