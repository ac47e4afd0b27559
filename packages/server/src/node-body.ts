import type { ServerResponse } from "node:http";
import { constants, type Http2ServerResponse } from "node:http2";
import { type Chunk, queueBytes, type Sink, type StreamBody } from "./stream-body.ts";

/** Writes a body to a response whose head is set. A closed connection lets its source go. */
export function writeTo(res: ServerResponse, body: StreamBody): void {
  const sink = new NodeSink(res, body);
  res.flushHeaders();
  body.attach(sink);
  res.on("drain", () => sink.drained());
  res.once("close", () => body.leave());
}

/** The responses that have something to write at the end of the macrotask. */
let waiting: NodeSink[] = [];

/**
 * What is said in one macrotask leaves in one write, and all responses are written to in a row: a reader that is woken
 * for each of them anew costs the writer as much as the write.
 */
class NodeSink implements Sink {
  readonly #res: ServerResponse;
  readonly #body: StreamBody;
  #chunks: Chunk[] = [];
  #size = 0;
  /** The response holds more than it should: it will say when it does not. */
  #blocked = false;
  /** The body was told that it is enough. */
  #full = false;

  constructor(res: ServerResponse, body: StreamBody) {
    this.#res = res;
    this.#body = body;
  }

  write(chunk: Chunk): boolean {
    if (this.#chunks.length === 0 && waiting.push(this) === 1) setImmediate(flushAll);
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#full = this.#size >= queueBytes || this.#blocked;
    return !this.#full;
  }

  end(): void {
    this.flush();
    this.#res.end();
  }

  break(): void {
    this.flush();
    // Behind all that was written.
    this.#res.write("", () => breakOff(this.#res));
  }

  flush(): void {
    const chunks = this.#chunks;
    if (chunks.length === 0) return;
    this.#chunks = [];
    this.#size = 0;
    if (chunks.length > 1 && chunks.every((chunk) => typeof chunk === "string")) {
      this.#blocked = !this.#res.write(chunks.join(""));
    } else {
      for (const chunk of chunks) this.#blocked = !this.#res.write(chunk);
    }
    if (!this.#blocked) this.#resume();
  }

  drained(): void {
    this.#blocked = false;
    this.#resume();
  }

  #resume(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#body.resume();
  }
}

function flushAll(): void {
  const sinks = waiting;
  waiting = [];
  for (const sink of sinks) sink.flush();
}

/** Closes the connection so that the answer cannot look complete. */
export function breakOff(res: ServerResponse | Http2ServerResponse): void {
  if (isHttp2(res)) res.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else res.destroy();
}

export function isHttp2(res: ServerResponse | Http2ServerResponse): res is Http2ServerResponse {
  return "stream" in res;
}
