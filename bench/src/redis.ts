import { type EventLog, memoryLog } from "@runwire/core";
import { type RedisClient, type RedisLog, redisLog } from "@runwire/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { type RedisServer, startRedis } from "redis-test-server";
import { words } from "./client/script.ts";
import { type Contestant, check, interleave, type Outcome, spread } from "./measure.ts";
import { watch } from "./redis/viewers.ts";
import { inProcess } from "./sqlite/latency.ts";
import { appendAll, openRun, readAll } from "./sqlite/runs.ts";
import { format, type Section, type Table } from "./table.ts";

const rounds = 7;

/** What a log in Redis costs, beside the one in memory. */
export async function redis(): Promise<Section> {
  const config = { appendonly: "yes", appendfsync: "everysec" };
  const [volatile, durable] = [await startRedis(), await startRedis({ config })];
  const opened = new Opened();
  try {
    const nodeRedis = await opened.nodeRedis(volatile);
    const ioRedis = opened.ioRedis(volatile);
    const onDisk = await opened.nodeRedis(durable);
    const appends = await interleave(
      [
        appending("memoryLog", memoryLog(), 20_000),
        appending("redis", nodeRedis, 20_000),
        appending("ioredis", ioRedis, 20_000),
        appending("redis, 16 runs at once", nodeRedis, 40_000, 16),
        appending("ioredis, 16 runs at once", ioRedis, 40_000, 16),
        appending("redis, appendonly everysec, 16 runs at once", onDisk, 40_000, 16),
      ],
      rounds,
    );
    const reads = await interleave(
      [await reading("memoryLog", memoryLog()), await reading("redis", nodeRedis)],
      rounds,
    );
    const watched = [await watch(durable, onDisk, 2), await watch(durable, onDisk, 1_000)];
    return {
      title: "A log in Redis",
      note: "By the clock; redis-server 7.0 on the same machine, which it shares with the processes that use it. Appends of 20 text deltas, each after the one before it on the same run was acknowledged. Delays are from the call of an append of one event to when a follower that waits for it, over connections of its own, has read it. Viewers follow over HTTP from two server processes; the counts are Redis' own (`INFO commandstats`).",
      tables: [
        speeds("Appends", appends),
        speeds("Reads of a run of 20,000 events", reads),
        await delays(opened, volatile),
        {
          caption: "One run of 1,001 events, live, on two server processes",
          head: ["viewers", "appends", "reads", "subscriptions", "connections"],
          rows: watched.map(({ viewers, appends, reads, subscriptions, connections }) =>
            [viewers, appends, reads, subscriptions, connections].map(format),
          ),
        },
      ],
    };
  } finally {
    opened.close();
    await Promise.all([volatile.stop(), durable.stop()]);
  }
}

/** Clients and logs, closed together. */
class Opened {
  readonly #closers: (() => unknown)[] = [];

  async nodeRedis({ url }: RedisServer): Promise<RedisLog> {
    const client = await createClient({ url }).connect();
    this.#closers.unshift(() => client.destroy());
    return this.#log(client);
  }

  ioRedis({ port }: RedisServer): RedisLog {
    const client = new Redis({ port });
    this.#closers.unshift(() => client.disconnect());
    return this.#log(client);
  }

  close(): void {
    for (const close of this.#closers) close();
  }

  #log(client: RedisClient): RedisLog {
    const log = redisLog({ client });
    this.#closers.unshift(() => log.close());
    return log;
  }
}

let runs = 0;

function appending(name: string, log: EventLog, count: number, atOnce = 1): Contestant {
  const texts = words(count / atOnce);
  return {
    name,
    async sample() {
      const names = Array.from({ length: atOnce }, () => `run-${runs++}`);
      const leases = await Promise.all(names.map((run) => openRun(log, run)));
      const from = performance.now();
      await Promise.all(leases.map((lease) => appendAll(log, lease, texts, 20)));
      const ms = performance.now() - from;
      for (const run of names) {
        check((await log.find(run))?.tail === texts.length + 1, `${name}: all events`);
        await log.delete({ thread: `thread of ${run}` });
      }
      return (1_000 * ms) / count;
    },
  };
}

async function reading(name: string, log: EventLog): Promise<Contestant> {
  const texts = words(20_000);
  await appendAll(log, await openRun(log, "read"), texts, 20);
  return {
    name,
    async sample() {
      const from = performance.now();
      const count = await readAll(log, "read");
      const ms = performance.now() - from;
      check(count === texts.length + 1, `${name}: all events`);
      return (1_000 * ms) / count;
    },
  };
}

function speeds(caption: string, outcomes: readonly Outcome[]): Table {
  return {
    caption,
    head: ["", "events/s", "µs per event", "quartiles"],
    rows: outcomes.map(({ name, median, low, high }) => [
      name,
      format(1e6 / median),
      format(median),
      `${format(low)} – ${format(high)}`,
    ]),
  };
}

async function delays(opened: Opened, server: RedisServer): Promise<Table> {
  const writer = await opened.nodeRedis(server);
  const follower = await opened.nodeRedis(server);
  const parted: EventLog = { ...writer, read: follower.read, wait: follower.wait };
  const rows = [
    ["memoryLog", await inProcess(memoryLog(), "here")],
    ["redis", await inProcess(parted, "there")],
  ] as const;
  return {
    caption: "From an append to a follower",
    head: ["", "ms", "quartiles"],
    rows: rows.map(([name, all]) => {
      const { median, low, high } = spread(all);
      return [name, format(median), `${format(low)} – ${format(high)}`];
    }),
  };
}
