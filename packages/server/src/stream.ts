import type { Viewer, Watching } from "@runwire/core";
import { Backlog } from "./backlog.ts";
import type { OpenStreams } from "./open-streams.ts";
import type { Chunk, Sink, StreamBody } from "./stream-body.ts";

export interface StreamOptions<T> {
  /** Begins to tell what happens. */
  readonly tell: (viewer: Viewer<T>) => Watching;
  /** The frames of one item; empty: none. A throw breaks the stream. */
  readonly encode: (item: T) => Chunk;
  /** Sent at once, before there is anything to tell. */
  readonly preamble: string;
  /** Sent now and then, between frames. */
  readonly keepAlive: string;
  /** What a stream becomes that is let go in the middle. Default `end`: its reader can tell, and comes back. */
  readonly onAbort?: "end" | "break";
  /** Told what broke the stream. Must not throw. */
  readonly onError: (error: unknown) => void;
  /** Called once, when the stream is over for whatever reason. */
  readonly onClose?: () => void;
}

/**
 * One viewer's stream, one of `streams` while it is open. What is told is written in the same moment, and no more is asked for than the sink has room for:
 * a viewer who does not read costs what its sink holds, and nothing else.
 */
export class Stream<T = unknown> implements Viewer<T>, StreamBody {
  readonly #options: StreamOptions<T>;
  readonly #streams: OpenStreams;
  readonly #backlog = new Backlog();
  #sink: Sink = this.#backlog;
  readonly #watching: Watching;
  #room: boolean;
  #over = false;

  constructor(options: StreamOptions<T>, streams: OpenStreams) {
    this.#options = options;
    this.#streams = streams;
    this.#room = options.preamble === "" || this.#sink.write(options.preamble);
    // What cannot be told is not open: nobody would close it.
    this.#watching = options.tell(this);
    streams.add(this);
  }

  attach(sink: Sink): void {
    const waited = !this.#room;
    this.#sink = sink;
    this.#room = this.#backlog.moveTo(sink);
    if (waited && this.#room && !this.#over) this.#watching.resume();
  }

  next(item: T): boolean {
    if (this.#over) return false;
    try {
      const chunk = this.#options.encode(item);
      if (chunk.length > 0) this.#room = this.#sink.write(chunk);
    } catch (error) {
      // Not from within: whoever tells it does not expect to be left.
      queueMicrotask(() => this.#fail(error));
      return false;
    }
    return this.#room;
  }

  end(error?: unknown): void {
    if (error !== undefined) this.#fail(error);
    else if (this.#close()) this.#sink.end();
  }

  resume(): void {
    this.#room = true;
    this.#watching.resume();
  }

  leave(): void {
    if (this.#close()) this.#watching.leave();
  }

  /** Lets the viewer go, who is to come back. */
  abort(): void {
    if (!this.#close()) return;
    this.#watching.leave();
    if (this.#options.onAbort === "break") this.#sink.break(undefined);
    else this.#sink.end();
  }

  /** A viewer that does not read gets no comments either: they would be all that grows. */
  keepAlive(): void {
    if (this.#room) this.#room = this.#sink.write(this.#options.keepAlive);
  }

  #fail(error: unknown): void {
    if (!this.#close()) return;
    this.#watching.leave();
    this.#options.onError(error);
    this.#sink.break(error);
  }

  /** `false` when the stream was over already. */
  #close(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#streams.delete(this);
    this.#options.onClose?.();
    return true;
  }
}
