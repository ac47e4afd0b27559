/** Whole frames: text of one viewer, or bytes that other viewers get as well. Never changed, never cut inside a frame. */
export type Chunk = string | Uint8Array<ArrayBuffer>;

/** Where a stream goes: a web stream, or a host's own response. */
export interface Sink {
  /** `false`: enough; there will be a `resume` once there is room. What is written nevertheless is not lost. */
  write(chunk: Chunk): boolean;
  end(): void;
  /** Breaks the connection, after what was written before: a clean end would read as success. */
  break(cause: unknown): void;
}

/** A body that has begun. What it says before it has a sink waits, and is bounded like a sink. */
export interface StreamBody {
  /** Where it goes. Called once, if at all. */
  attach(sink: Sink): void;
  /** The sink has room again. */
  resume(): void;
  /** The viewer is gone: nothing more is written. */
  leave(): void;
}

/** What a viewer may be behind before its source is no longer read, in bytes. */
export const queueBytes = 65_536;
