import { type RedisServer, startRedis } from "redis-test-server";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { clients, type Opened } from "./clients.test.helper.ts";
import { openRedisLog } from "./open-redis-log.ts";
import type { RedisLog, RedisLogOptions } from "./redis-log-options.ts";
import {
  close,
  deltas,
  ending,
  grow,
  newRun,
  owned,
  readAll,
  started,
  until,
} from "./runs.test.helper.ts";

let server: RedisServer;
let opened: Opened;
beforeAll(async () => {
  server = await startRedis();
  opened = await clients.redis!(server);
});
afterAll(async () => {
  opened.close();
  await server.stop();
});

const logs: RedisLog[] = [];
afterEach(async () => {
  for (const log of logs.splice(0)) log.close();
  await server.cli("flushall");
});

function logOf(options: Partial<RedisLogOptions> = {}): RedisLog {
  const log = openRedisLog({ client: opened.client, ...options });
  logs.push(log);
  return log;
}

const keys = async () => (await server.cli("keys", "*")).split("\n").filter((key) => key !== "");
const ttl = async (key: string) => Number(await server.cli("pttl", key));

test.each([1, 4])("an ended run lapses, with %i partitions", async (partitions) => {
  const log = logOf({ retention: 1_000, partitions });
  const lease = await owned(log, "r", { principal: "ada", title: "Hello" });
  const open = await owned(log, "open", { thread: "t2" });
  await log.send("r", { type: "cancel", id: "c" });
  await log.append("r", { epoch: lease.epoch, after: 1, events: [], consume: 1 });
  await close(log, lease, 1);
  expect(await readAll(log, "r")).toHaveLength(2);
  await until(async () => (await readAll(log, "r")) === "gone");
  expect(await log.find("r")).toBeUndefined();
  expect(await log.send("r", { type: "cancel", id: "c" })).toEqual({ status: "gone" });
  expect(await log.inbox("r", 0, 10)).toEqual([]);
  expect(await log.threads.runs("t")).toEqual([]);
  // An open one does not, however long it takes.
  expect(await readAll(log, "open")).toHaveLength(1);
  await grow(log, open, 1);
});

test("a thread goes with the last of its runs, and is in no list then", async () => {
  const log = logOf({ retention: 200 });
  for (let i = 0; i < 8; i++) {
    await close(log, await owned(log, `r${i}`, { thread: `t${i}`, principal: "ada" }), 1);
  }
  const kept = await owned(log, "kept", { thread: "kept", principal: "ada" });
  await until(async () => (await log.find("r7")) === undefined);
  await close(log, kept, 1);
  await close(log, await owned(log, "last", { thread: "last", principal: "ada" }), 1);
  await until(async () => {
    const listed = await log.threads.list({ principal: "ada", limit: 10 });
    return listed.every(({ thread }) => !/^t\d/.test(thread));
  });
  expect(await log.threads.get("t0")).toBeUndefined();
});

test("nothing is left of many runs but what is constant", async () => {
  const log = logOf({ retention: 50 });
  for (let i = 0; i < 40; i++) {
    const lease = await owned(log, `r${i}`, { thread: `t${i}`, principal: `p${i}` });
    await grow(log, lease, 1, 5);
    await close(log, lease, 6);
  }
  await until(async () => (await log.find("r39")) === undefined);
  // Each end and each beginning takes a few of those that lapsed along.
  for (let i = 0; i < 10; i++) {
    await close(log, await owned(log, `s${i}`, { thread: "s" }), 1);
  }
  await until(async () => (await log.find("s9")) === undefined);
  const left = (await keys()).filter((key) => /t\d+$|p\d+$|r\d+$/.test(key));
  expect(left).toEqual([]);
});

test("a thread that goes on keeps what is not old, and forgets the names of the others", async () => {
  const log = logOf({ retention: 1_000 });
  await close(log, await owned(log, "r1"), 1);
  const second = await owned(log, "r2", { previous: "r1" });
  await until(async () => (await log.find("r1")) === undefined);
  // Whoever tidies up now leaves it alone.
  await close(log, await owned(log, "x", { thread: "x" }), 1);
  expect((await log.threads.runs("t")).map(({ run }) => run)).toEqual(["r2"]);
  expect((await log.threads.get("t"))?.head).toBe("r2");
  expect((await log.threads.list({ limit: 10 })).map(({ thread }) => thread)).toContain("t");
  expect(await ttl("{rw:0}:thread:t")).toBe(-1);
  await close(log, second, 1);
  expect(await ttl("{rw:0}:thread:t")).toBeGreaterThan(0);
  expect(await log.create(newRun("r3", { ifHead: "r2" }))).toEqual({ status: "ok" });
  expect(await ttl("{rw:0}:thread:t")).toBe(-1);
});

test("without retention nothing ends by itself", async () => {
  const log = logOf();
  const lease = await owned(log, "r");
  await close(log, lease, 1);
  for (const key of await keys()) expect(await ttl(key), key).toBe(-1);
});

test("a compacted run takes less, and lapses when it would have", async () => {
  const log = logOf({ retention: 60_000 });
  const lease = await owned(log, "r");
  for (let after = 1; after < 2_000; after += 20) await grow(log, lease, after, 20);
  await close(log, lease, 2_001);
  const usage = async () => Number(await server.cli("memory", "usage", "{rw:0}:log:r"));
  const before = await usage();
  expect(await log.compact("r", [started("r"), ...deltas(1, 1, "all"), ending(3)])).toBe("ok");
  expect(await usage()).toBeLessThan(before / 20);
  const left = await ttl("{rw:0}:log:r");
  expect(left > 50_000 && left <= 60_000).toBe(true);
  expect(await readAll(log, "r")).toHaveLength(3);
});

test("a deletion leaves tombstones that end, and nothing else", async () => {
  const log = logOf();
  for (let i = 0; i < 3; i++) {
    const lease = await owned(log, `r${i}`, { principal: "ada" });
    await log.send(`r${i}`, { type: "cancel", id: "c" });
    await grow(log, lease, 1);
    await log.create(newRun(`q${i}`, { previous: `r${i}`, principal: "ada" }));
  }
  await log.delete({ thread: "t" });
  const left = await keys();
  expect(left.filter((key) => !/:gone(-thread)?:/.test(key))).toEqual(["{rw:0}:store"]);
  for (const key of left) if (key.includes("gone")) expect(await ttl(key)).toBeGreaterThan(0);
});
