import { type Chunk, queueBytes, type Sink, type StreamBody } from "./stream-body.ts";

const encoder = new TextEncoder();
const bodies = new WeakMap<ReadableStream, WebBody>();

/** `signal`: hosts differ in which they tell of a viewer that is gone, the request's signal or the body's cancel. */
export function toWeb(body: StreamBody, signal?: AbortSignal): ReadableStream<Uint8Array> {
  const web = new WebBody(body, signal);
  // No queue of its own: nothing is pulled before somebody reads, and until then the body can be taken.
  const stream = new ReadableStream<Uint8Array>(web, { highWaterMark: 0, size: sizeOf });
  bodies.set(stream, web);
  return stream;
}

/**
 * The body behind a web stream that {@link toWeb} made and nobody has read yet, for a host with a better sink. The
 * stream is nobody's afterwards.
 */
export function takeBody(stream: ReadableStream): StreamBody | undefined {
  return stream.locked ? undefined : bodies.get(stream)?.take();
}

class WebBody implements UnderlyingDefaultSource<Uint8Array>, Sink {
  readonly #signal: AbortSignal | undefined;
  #body: StreamBody | undefined;
  #attached = false;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  /** Resolves the pull that is pending while there is room, so that reads do not pull one by one. */
  #full: (() => void) | undefined;
  #broken: { readonly cause: unknown } | undefined;

  constructor(body: StreamBody, signal: AbortSignal | undefined) {
    this.#body = body;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#leave);
    if (signal?.aborted) this.#leave();
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    if (this.#signal?.aborted) controller.close();
  }

  take(): StreamBody | undefined {
    // Let go, it has no more to say, not even its end: the stream is closed, which says it.
    if (this.#attached || this.#signal?.aborted) return undefined;
    const body = this.#body;
    this.#body = undefined;
    this.#signal?.removeEventListener("abort", this.#leave);
    return body;
  }

  /** The reader has taken everything and asks for more. */
  pull(): Promise<void> | undefined {
    if (this.#broken !== undefined) {
      this.#fail(this.#broken.cause);
      return undefined;
    }
    const pulled = new Promise<void>((resolve) => {
      this.#full = resolve;
    });
    if (this.#attached) this.#body?.resume();
    else {
      this.#attached = true;
      this.#body?.attach(this);
    }
    return pulled;
  }

  cancel(): void {
    this.#signal?.removeEventListener("abort", this.#leave);
    this.#body?.leave();
  }

  write(chunk: Chunk): boolean {
    this.#controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
    if (this.#queued < queueBytes) return true;
    this.#pullAgain();
    return false;
  }

  end(): void {
    this.#signal?.removeEventListener("abort", this.#leave);
    this.#controller.close();
  }

  /** What came before still reaches the reader: an errored stream drops its queue. */
  break(cause: unknown): void {
    this.#signal?.removeEventListener("abort", this.#leave);
    if (this.#queued === 0) {
      this.#fail(cause);
      return;
    }
    this.#broken = { cause };
    this.#pullAgain();
  }

  /** Some hosts print a stream's error into the response: they get one that says nothing. */
  #fail(cause: unknown): void {
    this.#controller.error(new Error("The stream broke.", { cause }));
  }

  get #queued(): number {
    return -(this.#controller.desiredSize ?? 0);
  }

  #pullAgain(): void {
    this.#full?.();
    this.#full = undefined;
  }

  readonly #leave = (): void => {
    this.cancel();
    try {
      this.#controller?.close();
    } catch {
      // Closed or cancelled already.
    }
  };
}

function sizeOf(chunk: Uint8Array): number {
  return chunk.byteLength;
}
