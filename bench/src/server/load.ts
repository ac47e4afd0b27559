/** What a server under measurement is asked to send. */
export interface Load {
  /** Deltas per stream. */
  readonly deltas: number;
  /** Deltas per turn; the raw servers write them at once. */
  readonly perTurn: number;
  /** Ms between turns; absent: the next macrotask. */
  readonly everyMs?: number;
}

export type ServerKind =
  | "raw"
  | "raw-stringify"
  | "runwire"
  | "runwire-hono"
  | "runwire-loop"
  | "hono"
  | "better-sse"
  | "ai";

/** Servers whose viewers all follow one run. */
export type SharedKind =
  | "shared-raw"
  | "shared-runwire"
  | "shared-runwire-hono"
  | "shared-better-sse";
