import { type Chunk, queueBytes, type Sink } from "./stream-body.ts";

/** What a stream says before anybody knows where it goes. */
export class Backlog implements Sink {
  readonly #chunks: Chunk[] = [];
  #size = 0;
  #finish: ((sink: Sink) => void) | undefined;

  write(chunk: Chunk): boolean {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    return this.#size < queueBytes;
  }

  end(): void {
    this.#finish = (sink) => sink.end();
  }

  break(cause: unknown): void {
    this.#finish = (sink) => sink.break(cause);
  }

  /** Says it all again, to the sink. `false`: that has enough. */
  moveTo(sink: Sink): boolean {
    let room = true;
    for (const chunk of this.#chunks) room = sink.write(chunk);
    this.#finish?.(sink);
    return room;
  }
}
