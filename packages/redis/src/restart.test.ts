import { type RedisServer, startRedis } from "redis-test-server";
import { afterEach, describe, expect, test } from "vitest";
import { clients, type Opened } from "./clients.test.helper.ts";
import { redisLog } from "./redis-log.ts";
import type { RedisLog } from "./redis-log-options.ts";
import { close, deltas, ending, grow, insist, owned, readAll, until } from "./runs.test.helper.ts";

let server: RedisServer;
const opened: Opened[] = [];
const logs: RedisLog[] = [];

async function logOf(kind: string): Promise<RedisLog> {
  const one = await clients[kind]!(server);
  const log = redisLog({ client: one.client, timeoutMs: 2_000, onError: () => {} });
  opened.push(one);
  logs.push(log);
  return log;
}

afterEach(async () => {
  for (const log of logs.splice(0)) log.close();
  for (const one of opened.splice(0)) one.close();
  await server.stop();
});

const persistent = { appendonly: "yes", appendfsync: "always" };

describe.each(["redis", "ioredis"])("Redis is killed, with %s", (kind) => {
  test("and comes back with its data: the run goes on, nothing is lost or doubled", async () => {
    server = await startRedis({ config: persistent });
    const log = await logOf(kind);
    const viewer = await logOf(kind);
    const lease = await owned(log, "r");
    const { run, epoch } = lease;

    let killed = 0;
    const seen: number[] = [];
    const followed = follow(viewer, run, seen);
    for (let after = 1; after < 200; after += 2) {
      const dies = after % 60 === 1;
      const append = insist(() => log.append(run, { epoch, after, events: deltas(after, 2) }));
      if (dies) {
        await server.kill();
        killed++;
        await server.start();
      }
      expect(await append).toMatchObject({ status: "ok", tail: after + 2 });
    }
    await insist(() => log.append(run, { epoch, after: 201, events: [ending(202)], end: "close" }));
    await followed;
    expect(killed).toBe(4);
    expect(seen).toEqual(Array.from({ length: 202 }, (_, i) => i + 1));
    expect(await readAll(log, run)).toHaveLength(202);
  });

  test("and comes back empty: owner and viewers are told that the run is gone", async () => {
    server = await startRedis();
    const log = await logOf(kind);
    const lease = await owned(log, "r");
    await grow(log, lease, 1, 3);
    await server.kill();
    await server.start();
    const { run, epoch } = lease;
    const more = { epoch, after: 4, events: deltas(4, 1) };
    expect((await insist(() => log.append(run, more))).status).toBe("gone");
    expect(await insist(() => readAll(log, run))).toBe("gone");
    expect(await log.renew([lease], 1_000)).toEqual([{ status: "fenced" }]);
    // And the log is as new.
    const next = await owned(log, "r2");
    await close(log, next, 1);
    expect(await readAll(log, "r2")).toHaveLength(2);
  });
});

/** As a viewer does: arm, read, wait. */
async function follow(log: RedisLog, run: string, seen: number[]): Promise<void> {
  for (let seq = 0; ; ) {
    const patience = new AbortController();
    const changed = log.wait(`run:${run}`, patience.signal);
    const read = await insist(() => log.read(run, { seq }, 100));
    if (read.status !== "events") throw new Error(read.status);
    const { segment, ended } = read;
    for (let i = 0; i < segment.count; i++) seen.push(segment.first + i);
    seq += segment.count;
    if (ended) {
      patience.abort("over");
      return;
    }
    if (segment.count === 0) {
      // The backstop of whoever follows, only sooner.
      const timer = setTimeout(() => patience.abort("late"), 1_000);
      await changed;
      clearTimeout(timer);
    } else patience.abort("over");
  }
}

test("hints are heard again after the connection broke", async () => {
  server = await startRedis({ config: persistent });
  for (const kind of ["redis", "ioredis"]) {
    const log = await logOf(kind);
    const lease = await owned(log, `r-${kind}`);
    const { signal } = new AbortController();
    const topic = `run:r-${kind}` as const;
    await log.wait(topic, signal);
    let woken = 0;
    void log.wait(topic, signal).then(() => woken++);
    await server.cli("client", "kill", "type", "pubsub");
    // Those who waited meanwhile look for themselves.
    await until(() => woken === 1);
    const hint = log.wait(topic, signal);
    await grow(log, lease, 1);
    await hint;
  }
});
