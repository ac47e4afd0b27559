import type { EventLog } from "@runwire/core";
import type { RedisClient } from "./client.ts";

export interface RedisLogOptions {
  /**
   * A connected client of `redis` 5 or later or of `ioredis`: single, Sentinel or Cluster. It stays yours: it is never
   * closed, and carries nothing that holds it up.
   */
  readonly client: RedisClient;
  /** Begins all keys and channels. Letters, digits, `-`, `_`, `.`, `:` and `/`. Default `rw`. */
  readonly prefix?: string;
  /**
   * Over how many slots of a cluster the threads are spread, 1 to 64: the same in every process, and for as long as the
   * data lives. Default 1, which is right for all that is no cluster.
   */
  readonly partitions?: number;
  /** How long an ended run is kept, in ms; a thread goes with the last of its runs. Default: until it is deleted. */
  readonly retention?: number;
  /**
   * So many replicas must have what cannot be made again (runs, commands, intents, results, ends) before it counts as
   * written. Default 0: a fail-over may lose the last moment.
   */
  readonly replicas?: number;
  /** After this long without an answer a call fails. Default 5,000. */
  readonly timeoutMs?: number;
  /**
   * Hears of what no call can report: the connection for hints, settings of Redis that lose runs. Default: `console.error`.
   */
  readonly onError?: (error: unknown) => void;
}

export interface RedisLog extends EventLog {
  /** Closes the log's own connections. Whoever waits is woken. The client is left as it is. */
  close(): void;
}
