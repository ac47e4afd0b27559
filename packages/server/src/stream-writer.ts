import { macrotask, nextMacrotask } from "./macrotask.ts";

/** Whole frames: text of this viewer, or bytes that other viewers get as well. Never cut inside a frame. */
export type Piece = string | Uint8Array<ArrayBuffer>;

export interface WriterOptions<T> {
  /** The frames of one item, in order. A throw breaks the stream. */
  encode(item: T): readonly Piece[];
  /** Sent at once, before the source gives anything. */
  readonly preamble: string;
  /** Sent every `keepAliveMs`, between frames. */
  readonly keepAlive: string;
  readonly keepAliveMs: number;
  /** What a stream becomes that is let go in the middle. Default `end`: its reader can tell, and comes back. */
  readonly onAbort?: "end" | "break";
  /** The viewer is gone: stop, and let the source go. */
  readonly signal?: AbortSignal;
  /** Told what broke the stream, and what the source throws on being let go. Must not throw. */
  onError(error: unknown): void;
  /** Called once, when the stream is over for whatever reason. */
  onClose?(): void;
}

/** A chunk is enqueued at this size, or at the end of the macrotask. Larger ones gain nothing. */
export const chunkBytes = 32_768;
/** What a viewer may be behind before its source is no longer read. */
const queueBytes = 2 * chunkBytes;
/** A timer that was given more would fire at once, again and again. */
const maxDelayMs = 2 ** 31 - 1;

const encoder = new TextEncoder();

/**
 * Writes a source to a body: one plain `ReadableStream`, fed by a loop that runs ahead of the reader by a bounded
 * amount and then stands still, so that a viewer who does not read costs nothing but its queue.
 *
 * - Frames of one macrotask leave as one chunk. Shared bytes that are alone in theirs are enqueued as they are: never
 *   copied, and never detached, since the stream is not of type `bytes`.
 * - The source's end ends the stream. Its throw breaks the stream: a clean end would read as success.
 * - A cancelled stream returns the source's iterator.
 */
export function writeStream<T>(
  source: AsyncIterable<T>,
  options: WriterOptions<T>,
): ReadableStream<Uint8Array> {
  const writer = new StreamWriter(source, options);
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => writer.start(controller),
      pull: () => writer.wake(),
      cancel: () => writer.stop(),
    },
    { highWaterMark: queueBytes, size: (chunk) => chunk.byteLength },
  );
}

class StreamWriter<T> {
  readonly #iterator: AsyncIterator<T>;
  readonly #options: WriterOptions<T>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #timer: ReturnType<typeof setInterval> | undefined;
  #pending: Piece[] = [];
  #size = 0;
  #armed = false;
  #over = false;
  #wake: (() => void) | undefined;

  constructor(source: AsyncIterable<T>, options: WriterOptions<T>) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#options = options;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { preamble, keepAlive, keepAliveMs, signal } = this.#options;
    this.#controller = controller;
    if (preamble !== "") controller.enqueue(encoder.encode(preamble));
    const comment = encoder.encode(keepAlive);
    this.#timer = setInterval(
      () => {
        // A viewer that does not read gets no comments either: they would be all that grows.
        if (this.#wantsMore()) controller.enqueue(comment);
      },
      Math.min(keepAliveMs, maxDelayMs),
    );
    // The socket keeps the process alive, not its keep-alive: a body that nobody ever reads must not.
    (this.#timer as { unref?: () => void }).unref?.();
    signal?.addEventListener("abort", this.#abort);
    if (signal?.aborted) this.#abort();
    else void this.#pump();
  }

  /** The reader has taken something. */
  wake(): void {
    this.#wake?.();
  }

  /** Lets go of everything but the controller. Idempotent. */
  stop(): void {
    if (!this.#finish()) return;
    // A generator that is waiting for its own source returns only when that answers: nobody waits for it here.
    const released = new Promise((resolve) => resolve(this.#iterator.return?.()));
    released.catch((error) => this.#options.onError(error));
  }

  readonly #abort = (): void => {
    this.#flush();
    this.stop();
    if (this.#options.onAbort === "break") this.#fail(this.#options.signal?.reason);
    else this.#controller.close();
  };

  async #pump(): Promise<void> {
    try {
      while (this.#wantsMore() || (await this.#demand())) {
        const next = await this.#iterator.next();
        if (this.#over) return;
        if (next.done) return this.#end();
        for (const piece of this.#options.encode(next.value)) {
          if (!this.#wantsMore() && !(await this.#demand())) return;
          if (this.#add(piece)) await nextMacrotask();
        }
      }
    } catch (error) {
      await this.#break(error);
    }
  }

  #end(): void {
    this.#flush();
    this.#finish();
    this.#controller.close();
  }

  /** What came before the fault still reaches the reader: an errored stream drops its queue. */
  async #break(error: unknown): Promise<void> {
    // Let go, a source may well fail at what it was about to do.
    if (this.#over) return;
    this.#options.onError(error);
    clearInterval(this.#timer);
    this.#flush();
    while (!this.#over && (this.#controller.desiredSize ?? queueBytes) < queueBytes) {
      await this.#read();
    }
    await nextMacrotask();
    if (this.#over) return;
    this.stop();
    this.#fail(error);
  }

  /** Some hosts print a stream's error into the response: they get one that says nothing. */
  #fail(cause: unknown): void {
    this.#controller.error(new Error("The stream broke.", { cause }));
  }

  #wantsMore(): boolean {
    return !this.#over && (this.#controller.desiredSize ?? 0) > 0;
  }

  /** Waits for a reader who wants more; `false` once the stream is over. */
  async #demand(): Promise<boolean> {
    while (!this.#over && !this.#wantsMore()) await this.#read();
    return !this.#over;
  }

  #read(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** `true` after a full chunk: time to give sockets, timers and other viewers their turn. */
  #add(piece: Piece): boolean {
    if (piece.length === 0) return false;
    if (this.#size > 0 && this.#size + piece.length > chunkBytes) this.#flush();
    this.#pending.push(piece);
    this.#size += piece.length;
    if (this.#size >= chunkBytes) {
      this.#flush();
      return true;
    }
    this.#arm();
    return false;
  }

  /** One flush per macrotask. Finding nothing is fine: the size came first. */
  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    macrotask(() => {
      this.#armed = false;
      if (!this.#over) this.#flush();
    });
  }

  #flush(): void {
    if (this.#size === 0) return;
    const pieces = this.#pending;
    this.#pending = [];
    this.#size = 0;
    this.#controller.enqueue(join(pieces));
  }

  /** `false` when the stream was over already. */
  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    clearInterval(this.#timer);
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#pending = [];
    this.#wake?.();
    this.#options.onClose?.();
    return true;
  }
}

function join(pieces: readonly Piece[]): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first instanceof Uint8Array) return first;
  if (pieces.every((piece) => typeof piece === "string")) return encoder.encode(pieces.join(""));
  const parts = pieces.map((piece) => (typeof piece === "string" ? encoder.encode(piece) : piece));
  const chunk = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    chunk.set(part, offset);
    offset += part.byteLength;
  }
  return chunk;
}
