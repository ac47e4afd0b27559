import type { Script } from "./lua/script.ts";

/** Either client, as the log uses it. */
export interface Connection {
  /** Runs a script where the key is. Sends its text only when Redis does not know it yet. */
  run(script: Script, key: string, args: readonly string[]): Promise<unknown>;
  /**
   * On one connection and in this order: writes the key, waits until so many replicas have it, and asks whose history that
   * was. Everything written before is with them too.
   */
  settle(key: string, replicas: number, timeoutMs: number): Promise<Settled>;
  /** A connection of one's own. It connects by itself; what cannot be had then fails. */
  duplicate(onError: (error: unknown) => void): OwnConnection;
}

/** How many replicas have what was written, and what the master answered to `INFO replication`. */
export interface Settled {
  readonly replicas: number;
  readonly info: string;
}

/** One that was duplicated, and is closed with the log. */
export interface OwnConnection extends Connection {
  /** Calls back for each message; `reconnected` when some may have been missed. */
  listen(onMessage: (channel: string) => void, reconnected: () => void): void;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  /** False once it has given up on its server. */
  alive(): boolean;
  close(): void;
}

/** Runs what Redis knows already by its hash, or else by its text, after which it knows it. */
export async function byHash(
  known: () => Promise<unknown>,
  whole: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await known();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("NOSCRIPT")) return whole();
    throw error;
  }
}
