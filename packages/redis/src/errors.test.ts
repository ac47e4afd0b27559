import { Redis } from "ioredis";
import { createClient } from "redis";
import { type RedisServer, startRedis } from "redis-test-server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clients, type Opened } from "./clients.test.helper.ts";
import { redisLog } from "./redis-log.ts";
import type { RedisLog, RedisLogOptions } from "./redis-log-options.ts";
import { deltas, grow, insist, newRun, owned, readAll, until } from "./runs.test.helper.ts";

let server: RedisServer;
const opened: Opened[] = [];
const logs: RedisLog[] = [];

beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const log of logs.splice(0)) log.close();
  for (const one of opened.splice(0)) one.close();
  await server.stop();
});

async function logOf(kind: string, options: Partial<RedisLogOptions> = {}): Promise<RedisLog> {
  const one = await clients[kind]!(server);
  opened.push(one);
  return logIn(one.client, options);
}

function logIn(
  client: RedisLogOptions["client"],
  options: Partial<RedisLogOptions> = {},
): RedisLog {
  const log = redisLog({ client, onError: () => {}, ...options });
  logs.push(log);
  return log;
}

describe.each(["redis", "ioredis"])("with %s", (kind) => {
  test("a server that forgot the scripts gets them again", async () => {
    const log = await logOf(kind);
    const lease = await owned(log, "r");
    await grow(log, lease, 1);
    await server.cli("script", "flush");
    await grow(log, lease, 2);
    expect(await readAll(log, "r")).toHaveLength(3);
  });

  test("a full Redis refuses writes whole, and takes the repeat once there is room", async () => {
    const log = await logOf(kind);
    const lease = await owned(log, "r");
    const { run, epoch } = lease;
    await log.send(run, { type: "cancel", id: "c1" });
    await server.cli("config", "set", "maxmemory", "1");
    const batch = { epoch, after: 1, events: deltas(1, 3), consume: 1 };
    await expect(log.append(run, batch)).rejects.toMatchObject({
      code: "log-unavailable",
      message: expect.stringContaining("Redis is full"),
    });
    await expect(log.create(newRun("r2"))).rejects.toThrow("retention");
    await expect(log.send(run, { type: "cancel", id: "c2" })).rejects.toThrow("full");
    // What is there can be read.
    expect(await readAll(log, run)).toHaveLength(1);
    await server.cli("config", "set", "maxmemory", "0");
    expect(await log.append(run, batch)).toEqual({ status: "ok", tail: 4, inbox: 1 });
    expect(await log.create(newRun("r2"))).toEqual({ status: "ok" });
  });

  test("a replica is no place to write", async () => {
    const log = await logOf(kind);
    await server.cli("replicaof", "127.0.0.1", "1");
    await expect(log.create(newRun("r"))).rejects.toMatchObject({
      code: "log-unavailable",
      message: expect.stringContaining("Connect to the master"),
    });
  });

  test("a server that does not answer is not waited for for ever", async () => {
    const log = await logOf(kind, { timeoutMs: 200 });
    const lease = await insist(() => owned(log, "r"));
    const { run, epoch } = lease;
    server.pause();
    const batch = { epoch, after: 1, events: deltas(1, 2) };
    await expect(log.append(run, batch)).rejects.toMatchObject({
      code: "log-unavailable",
      message: "Redis did not answer in 200 ms.",
    });
    server.resume();
    expect(await insist(() => log.append(run, batch))).toMatchObject({ status: "ok", tail: 3 });
    expect(await readAll(log, run)).toHaveLength(3);
  });

  test("a password that is wrong says so", async () => {
    const log = await logOf(kind);
    await server.cli("config", "set", "requirepass", "secret");
    await server.cli("-a", "secret", "--no-auth-warning", "client", "kill", "type", "normal");
    const refused = (error: unknown) => /refuses the user/.test(String(error));
    await until(() => log.find("r").then(() => false, refused));
  });

  test("what Redis may evict is told, once", async () => {
    await server.cli("config", "set", "maxmemory", "100mb");
    await server.cli("config", "set", "maxmemory-policy", "allkeys-lru");
    const told: unknown[] = [];
    const log = await logOf(kind, { onError: (error) => told.push(error) });
    await until(() => told.length > 0);
    await owned(log, "r");
    expect(told).toEqual([
      expect.objectContaining({ message: expect.stringContaining("allkeys-lru") }),
    ]);
  });

  test("a log whose events were evicted is gone, not empty", async () => {
    const log = await logOf(kind);
    await owned(log, "r");
    await server.cli("del", "{rw:0}:log:r");
    expect(await readAll(log, "r")).toBe("gone");
  });

  test("a user who may not run scripts is told what is missing", async () => {
    const log = await logOf(kind);
    await server.cli("acl", "setuser", "default", "-@scripting");
    await expect(log.find("r")).rejects.toMatchObject({
      code: "log-unusable",
      message: expect.stringContaining("permission for @scripting"),
    });
  });

  test("keys of somebody else under the prefix are no log", async () => {
    const log = await logOf(kind);
    await server.cli("set", "{rw:0}:run:r", "mine");
    await expect(log.find("r")).rejects.toMatchObject({ code: "log-unusable" });
  });
});

test("nobody there: redis", async () => {
  const { port } = server;
  await server.stop();
  const client = createClient({ socket: { port, reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect().catch(() => {});
  const told: unknown[] = [];
  const log = logIn(client, { onError: (error) => told.push(error) });
  await expect(log.find("r")).rejects.toMatchObject({
    code: "log-unavailable",
    message: expect.stringContaining("out of reach"),
  });
  // A hint that cannot be had is reported, and is no reason to reject.
  const controller = new AbortController();
  const wait = log.wait("ready", controller.signal);
  await until(() => told.length > 0);
  controller.abort("over");
  await wait;
});

test("nobody there: ioredis", async () => {
  const { port } = server;
  await server.stop();
  const client = new Redis({ port, maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on("error", () => {});
  const log = logIn(client);
  await expect(log.find("r")).rejects.toMatchObject({ code: "log-unavailable" });
});

test("a client that gives up is replaced for hints, once the server is back", async () => {
  const one = createClient({ url: server.url, socket: { reconnectStrategy: false } });
  one.on("error", () => {});
  await one.connect();
  opened.push({ client: one, close: () => one.isOpen && one.destroy() });
  const log = logIn(one);
  const { signal } = new AbortController();
  await log.wait("run:r", signal);
  await server.kill();
  await server.start();
  const other = await logOf("redis");
  const lease = await owned(other, "r");
  const hint = log.wait("run:r", signal);
  let told = false;
  void hint.then(() => {
    told = true;
  });
  for (let after = 1; after < 200 && !told; after++) {
    await grow(other, lease, after);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(told).toBe(true);
});
