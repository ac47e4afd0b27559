import { Redis } from "ioredis";
import { createSentinel } from "redis";
import { type RedisSentinel, startSentinel } from "redis-test-server";
import { afterEach, expect, test } from "vitest";
import type { Opened } from "./clients.test.helper.ts";
import { redisLog } from "./redis-log.ts";
import { close, deltas, insist, intent, owned, readAll } from "./runs.test.helper.ts";

let sentinel: RedisSentinel;
let opened: Opened;
afterEach(async () => {
  opened.close();
  await sentinel.stop();
});

const quiet = (): void => {};

async function nodeRedis(): Promise<Opened> {
  const { name, port } = sentinel;
  const client = createSentinel({
    name,
    sentinelRootNodes: [{ host: "127.0.0.1", port }],
    nodeClientOptions: { socket: { reconnectStrategy: 50 } },
  });
  client.on("error", quiet);
  await client.connect();
  return { client, close: () => void client.destroy() };
}

async function ioRedis(): Promise<Opened> {
  const { name, port } = sentinel;
  const client = new Redis({
    name,
    sentinels: [{ host: "127.0.0.1", port }],
    sentinelRetryStrategy: () => 50,
    retryStrategy: () => 50,
  });
  client.on("error", quiet);
  return { client, close: () => client.disconnect() };
}

test.each([
  ["redis", nodeRedis],
  ["ioredis", ioRedis],
])(
  "Sentinel promotes a replica, with %s: what was acknowledged is there, and the owner goes on",
  async (_, open) => {
    sentinel = await startSentinel();
    opened = await open();
    const log = redisLog({
      client: opened.client,
      replicas: 1,
      timeoutMs: 1_000,
      onError: quiet,
    });
    const lease = await insist(() => owned(log, "r"));
    const { run, epoch } = lease;
    await insist(() => log.append(run, { epoch, after: 1, events: deltas(1, 10) }));
    await insist(() => log.append(run, { epoch, after: 11, events: [intent(12)] }));
    const { signal } = new AbortController();
    await log.wait(`run:${run}`, signal);
    await sentinel.master.kill();

    // Without a replica there is nothing to wait for any more: whoever goes on does it without.
    const alone = redisLog({ client: opened.client, timeoutMs: 1_000, onError: quiet });
    const answer = await insist(() =>
      alone.append(run, { epoch, after: 12, events: deltas(12, 3) }),
    );
    expect(answer).toMatchObject({ status: "ok", tail: 15 });
    await close(alone, lease, 15);
    expect(await readAll(alone, run)).toHaveLength(16);
    log.close();
    alone.close();
  },
  60_000,
);
