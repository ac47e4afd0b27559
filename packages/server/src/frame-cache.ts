type Bytes = readonly Uint8Array<ArrayBuffer>[];

interface Entry {
  readonly source: object;
  readonly dependsOn: string;
  readonly bytes: Bytes;
  readonly size: number;
}

/**
 * The frames that were encoded last, by what they were made of. All viewers of a run get a portion in the same
 * macrotask, so few are enough; a viewer that is behind has its own made again. Not a `WeakMap`: its entries cost one
 * viewer a tenth of the server's time in garbage collection.
 */
export class FrameCache {
  readonly #maxBytes: number;
  #entries: Entry[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(source: object, dependsOn: string): Bytes | undefined {
    const entries = this.#entries;
    // The newest is at the end, and mostly the one that is wanted.
    for (let at = entries.length - 1; at >= 0; at--) {
      const entry = entries[at];
      if (entry?.source === source && entry.dependsOn === dependsOn) return entry.bytes;
    }
    return undefined;
  }

  set(source: object, dependsOn: string, bytes: Bytes): void {
    const size = bytes.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    this.#entries.push({ source, dependsOn, bytes, size });
    this.#size += size;
    if (this.#entries.length > maxEntries || this.#size > this.#maxBytes) this.#shrink();
  }

  /** By half at least, so that it is seldom done. The newest stays, however large. */
  #shrink(): void {
    const entries = this.#entries;
    let from = entries.length >> 1;
    const sizeFrom = () => entries.slice(from).reduce((sum, { size }) => sum + size, 0);
    while (from < entries.length - 1 && sizeFrom() > this.#maxBytes) from++;
    this.#entries = entries.slice(from);
    this.#size = this.#entries.reduce((sum, { size }) => sum + size, 0);
  }
}

const maxEntries = 64;
