import { script } from "./lua/script.ts";
import { Recent } from "./recent.ts";
import type { Reply, Store } from "./store.ts";
import { partitionOf } from "./tag.ts";

/** Where a run is, or is to be. A run that could not be created in one place may be in another, one generation later. */
export interface Place {
  readonly partition: number;
  readonly generation: number;
}

const reserve = script(
  "reserve",
  [],
  `
  local at = key('at', ARGV[6])
  redis.call('SET', at, '1:' .. ARGV[7], 'NX')
  return { 'ok', redis.call('GET', at) }
`,
);

const move = script(
  "move",
  [],
  `
  local at, from, to = key('at', ARGV[6]), ARGV[7], ARGV[8]
  if redis.call('GET', at) == from then
    redis.call('SET', at, to)
  end
  return { 'ok' }
`,
);

const find = script("find place", [], "return { redis.call('GET', key('at', ARGV[6])) }");

const expire = script(
  "expire place",
  [],
  "return { redis.call('PEXPIRE', key('at', ARGV[6]), ARGV[7]) }",
);

const tick = script(
  "tick",
  [],
  `
  local updated = math.max(tonumber(redis.call('HGET', tag .. ':store', 'updated') or 0) + 1, time())
  redis.call('HSET', tag .. ':store', 'updated', updated)
  return { updated }
`,
);

/** How long a tombstone keeps an id from coming back. */
export const tombstoneMs = 7 * 24 * 3_600_000;

/**
 * Which partition has what. Threads go by the hash of their id, and all runs of a thread are with it, because they change
 * together. Calls name only the run: with more than one partition, a key in the partition that the run's own id hashes
 * to says where it is. That key is written before the run is, and changes only while there is no such run.
 */
export class Places {
  readonly store: Store;
  readonly #known = new Recent<number>(10_000);

  constructor(store: Store) {
    this.store = store;
  }

  ofThread(thread: string): number {
    return partitionOf(thread, this.store.partitions);
  }

  async locate(run: string): Promise<number | undefined> {
    if (this.store.partitions === 1) return 0;
    const known = this.#known.get(run);
    if (known !== undefined) return known;
    const [at] = await this.#index(find, run);
    if (typeof at !== "string") return undefined;
    const { partition } = decode(at);
    this.#known.set(run, partition);
    return partition;
  }

  /** The run was seen there. */
  learn(run: string, partition: number): void {
    if (this.store.partitions > 1) this.#known.set(run, partition);
  }

  /** Makes the call where the run is. `undefined`: it is nowhere. */
  async at(run: string, call: (partition: number) => Promise<Reply>): Promise<Reply | undefined> {
    const known = this.#known.has(run);
    const partition = await this.locate(run);
    if (partition === undefined) return undefined;
    const reply = await call(partition);
    if (reply[0] !== "gone" || !known) return reply;
    // It may have been made elsewhere since we heard of it.
    this.#known.delete(run);
    const newer = await this.locate(run);
    return newer === undefined || newer === partition ? reply : call(newer);
  }

  /** Where the run is or is to be created: `partition`, unless another place was reserved before. */
  async reserve(run: string, partition: number): Promise<Place> {
    if (this.store.partitions === 1) return { partition: 0, generation: 1 };
    const [, at] = await this.#index(reserve, run, partition);
    return decode(String(at));
  }

  /** Reserves another place for a run that is not where it should be. Whoever comes first decides. */
  async move(run: string, { partition, generation }: Place, to: number): Promise<void> {
    await this.#index(move, run, `${generation}:${partition}`, `${generation + 1}:${to}`);
  }

  /** The run's own keys expire: so does the one that leads to it. A lost call leaves that one behind, and nothing else. */
  async lapse(run: string, ms = this.store.retention): Promise<void> {
    if (this.store.partitions === 1 || ms === 0) return;
    await this.#index(expire, run, ms + 3_600_000).catch(() => undefined);
  }

  /** The next time of an update, where partitions would give out the same. */
  async tick(): Promise<number | undefined> {
    if (this.store.partitions === 1) return undefined;
    const [updated] = await this.store.call(tick, 0, []);
    return Number(updated);
  }

  #index(what: typeof find, run: string, ...args: (string | number)[]): Promise<Reply> {
    const home = partitionOf(run, this.store.partitions);
    return this.store.call(what, home, [run, ...args], {
      durable: what === reserve || what === move,
    });
  }
}

function decode(at: string): Place {
  const [generation, partition] = at.split(":").map(Number);
  return { partition: partition ?? 0, generation: generation ?? 0 };
}
