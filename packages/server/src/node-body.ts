import type { ServerResponse } from "node:http";
import { constants, type Http2ServerResponse } from "node:http2";
import type { Chunk, Sink, StreamBody } from "./stream-body.ts";

/** Writes a body to a response whose head is set. A closed connection lets its source go. */
export function writeTo(res: ServerResponse, body: StreamBody): void {
  body.attach(new NodeSink(res));
  // The first write takes the head along.
  if (!res.headersSent) res.flushHeaders();
  res.on("drain", () => body.resume());
  res.once("close", () => body.leave());
}

class NodeSink implements Sink {
  readonly #res: ServerResponse;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  write(chunk: Chunk): boolean {
    return this.#res.write(chunk);
  }

  end(): void {
    this.#res.end();
  }

  break(): void {
    // Behind all that was written.
    this.#res.write("", () => breakOff(this.#res));
  }
}

/** Closes the connection so that the answer cannot look complete. */
export function breakOff(res: ServerResponse | Http2ServerResponse): void {
  if (isHttp2(res)) res.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else res.destroy();
}

export function isHttp2(res: ServerResponse | Http2ServerResponse): res is Http2ServerResponse {
  return "stream" in res;
}
