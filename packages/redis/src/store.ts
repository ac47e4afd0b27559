import { RunwireError } from "@runwire/core";
import type { Acknowledgement } from "./acknowledgement.ts";
import type { Connection } from "./connection.ts";
import { explain } from "./explain.ts";
import type { Script } from "./lua/script.ts";
import { tagOf } from "./tag.ts";

/** What Redis answers to a script: tables are arrays, `false` is null. */
export type Reply = readonly (Reply | string | number | null)[];

/** What one call of a script can ask for. */
export interface CallOptions {
  /** The thread's time of update, where partitions must not each have their own: see `Places.tick`. */
  readonly tick?: number | undefined;
  /** Its effect is to survive the loss of the master before the call is answered. */
  readonly durable?: boolean;
}

export interface StoreOptions {
  readonly connection: Connection;
  readonly prefix: string;
  readonly partitions: number;
  /** How long ended runs are kept, in ms; 0: for ever. */
  readonly retention: number;
  readonly timeoutMs: number;
  /** Store time in ms, for tests; Redis' own otherwise. */
  readonly clock: (() => number) | undefined;
  /** Waits for replicas, where that is asked for. */
  readonly acknowledgement: Acknowledgement | undefined;
}

/** The scripts' side of Redis: where keys are, what each script is told, and what its errors mean. */
export class Store {
  readonly partitions: number;
  readonly retention: number;
  /** What stands before a topic in the name of its channel. */
  readonly channels: string;
  readonly #options: StoreOptions;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.partitions = options.partitions;
    this.retention = options.retention;
    this.channels = channelsOf(options.prefix);
  }

  /**
   * Runs an operation on a partition. It is atomic there, and repeating it with the same arguments does no harm.
   *
   * @throws RunwireError `log-unavailable`: whether it happened is unknown. `log-unusable`: this Redis cannot be used.
   */
  async call(
    script: Script,
    partition: number,
    args: readonly (string | number)[],
    options: CallOptions = {},
  ): Promise<Reply> {
    const { connection, prefix, timeoutMs, acknowledgement } = this.#options;
    const tag = tagOf(prefix, partition);
    try {
      if (options.durable !== true || acknowledgement === undefined) {
        const all = this.#withHeader(args, options.tick, "");
        return (await inTime(connection.run(script, tag, all), timeoutMs)) as Reply;
      }
      const all = this.#withHeader(args, options.tick, "history");
      const reply = await inTime(connection.run(script, tag, all), timeoutMs);
      const [answer, history] = reply as readonly [Reply, string];
      const changed = answer[0] === "ok" || answer[0] === "exists";
      // The wait that is under way comes first, and then its own.
      if (changed) await inTime(acknowledgement.confirm(tag, history), 2 * timeoutMs + 1_000);
      return answer;
    } catch (error) {
      throw explain(script.name, error);
    }
  }

  /** What `prelude` and `ending` expect in front of an operation's own arguments. */
  #withHeader(
    args: readonly (string | number)[],
    tick: number | undefined,
    history: "" | "history",
  ): string[] {
    const { retention, clock } = this.#options;
    const all = [this.channels, `${retention}`, `${clock?.() ?? ""}`, `${tick ?? ""}`, history];
    for (const arg of args) all.push(typeof arg === "string" ? arg : `${arg}`);
    return all;
  }
}

async function inTime<T>(call: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `Redis did not answer in ${ms} ms.`;
      reject(new RunwireError("log-unavailable", { message }));
    }, ms);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function channelsOf(prefix: string): string {
  return `${prefix}:`;
}

/** An argument that may be missing: see `optional` in the scripts. */
export function optional(value: string | undefined): string {
  return value === undefined ? "" : `=${value}`;
}
