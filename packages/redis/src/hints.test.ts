import { type RedisServer, startRedis } from "redis-test-server";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { clients, type Opened } from "./clients.test.helper.ts";
import { redisLog } from "./redis-log.ts";
import type { RedisLog } from "./redis-log-options.ts";
import { grow, newRun, owned, until } from "./runs.test.helper.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const opened: Opened[] = [];
const logs: RedisLog[] = [];
let prefixes = 0;

afterEach(async () => {
  for (const log of logs.splice(0)) log.close();
  for (const one of opened.splice(0)) one.close();
  await until(async () => (await connections()).length === 1);
});

async function logOf(kind: string, prefix = `p${prefixes++}`) {
  const one = await clients[kind]!(server);
  const errors: unknown[] = [];
  const log = redisLog({ client: one.client, prefix, onError: (error) => errors.push(error) });
  opened.push(one);
  logs.push(log);
  return { log, prefix, errors };
}

async function connections(): Promise<readonly string[]> {
  return (await server.cli("client", "list")).split("\n").filter((line) => line !== "");
}

async function count(command: string): Promise<number> {
  const stats = await server.cli("info", "commandstats");
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

const { signal } = new AbortController();

describe.each(["redis", "ioredis"])("hints, with %s", (kind) => {
  test("one connection and one subscription, however many wait for how many topics", async () => {
    const { log } = await logOf(kind);
    const leases = await Promise.all(
      Array.from({ length: 50 }, (_, i) => owned(log, `r${i}`, { thread: `t${i}` })),
    );
    const before = await count("subscribe");
    const told = leases.flatMap(({ run }) =>
      Array.from({ length: 20 }, () => log.wait(`run:${run}`, signal)),
    );
    // The confirmation of a subscription wakes: what came before it was missed.
    await Promise.all(told);
    expect((await count("subscribe")) - before).toBe(50);
    const hints = leases.map(({ run }) => log.wait(`run:${run}`, signal));
    for (const lease of leases) await grow(log, lease, 1);
    await Promise.all(hints);
    expect((await count("subscribe")) - before).toBe(50);
    // The client's, the one for hints, and that of redis-cli.
    expect(await connections()).toHaveLength(3);
  });

  test("of other processes, and of no other prefix", async () => {
    const { log, prefix } = await logOf(kind);
    const { log: other } = await logOf(kind, prefix);
    const { log: stranger } = await logOf(kind);
    await owned(log, "r");
    const lease = await owned(stranger, "r");
    await other.wait("run:r", signal);
    let told = false;
    const hint = other.wait("run:r", signal).then(() => {
      told = true;
    });
    await grow(stranger, lease, 1);
    await stranger.send("r", { type: "cancel", id: "c" });
    await server.cli("ping");
    expect(told).toBe(false);
    await log.delete({ run: "r" });
    await hint;
  });

  test("what nobody waits for any more is not listened to for ever, and can be again", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    try {
      const { log } = await logOf(kind);
      const lease = await owned(log, "r");
      const before = await count("unsubscribe");
      await log.wait("run:r", signal);
      vi.advanceTimersByTime(20_000);
      // At that very moment somebody comes.
      await log.wait("run:r", signal);
      await until(async () => (await count("unsubscribe")) > before);
      const hint = log.wait("run:r", signal);
      await grow(log, lease, 1);
      await hint;
      vi.advanceTimersByTime(20_000);
      await until(async () => (await count("unsubscribe")) > before + 1);
    } finally {
      vi.useRealTimers();
    }
  });

  test("a close wakes all, and later waits end with their signal", async () => {
    const { log, errors } = await logOf(kind);
    await log.create(newRun("r"));
    await log.wait("ready", signal);
    const waits = [log.wait("ready", signal), log.wait("run:new", signal)];
    log.close();
    await Promise.all(waits);
    const controller = new AbortController();
    let over = false;
    const late = log.wait("ready", controller.signal).then(() => {
      over = true;
    });
    await new Promise((resolve) => setTimeout(resolve));
    expect(over).toBe(false);
    controller.abort("over");
    await late;
    expect(errors).toEqual([]);
  });
});
