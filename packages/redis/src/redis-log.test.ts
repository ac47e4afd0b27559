import { eventLogCases, faultyLog } from "@runwire/core/testing";
import { type RedisServer, startRedis } from "redis-test-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clients, type Opened } from "./clients.test.helper.ts";
import { openRedisLog } from "./open-redis-log.ts";
import { redisLog } from "./redis-log.ts";
import { close, deltas, ending, grow, insist, newRun, owned, readAll } from "./runs.test.helper.ts";

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

let prefixes = 0;
const logOf = (clock?: () => number) =>
  openRedisLog(
    { client: opened.client, prefix: `p${prefixes++}`, onError: () => {} },
    { ...(clock && { clock }) },
  );

describe("behind a bad network", () => {
  test("a repeated call is answered as the first", async () => {
    for (const { name, run } of eventLogCases) {
      if (name.startsWith("wait")) continue;
      await run(({ clock }) => {
        // A repeated create answers `exists`, and a repeated claim takes more runs.
        const log = logOf(clock);
        const { create, claim } = log;
        return { ...faultyLog(log, { seed: 1, repeat: 1 }), create, claim };
      });
    }
  });

  test("calls that get lost, and answers that do, leave what they should", async () => {
    for (let seed = 0; seed < 4; seed++) {
      const log = faultyLog(logOf(), { seed, fail: 5, lose: 5, repeat: 5 });
      const lease = await insist(() => owned(log, "r"));
      const { run, epoch } = lease;
      for (let after = 1; after < 60; after += 3) {
        const events = deltas(after, 3);
        await insist(() => log.append(run, { epoch, after, events }));
        await insist(() => log.send(run, { type: "cancel", id: `c${after}` }));
      }
      const end = { epoch, after: 61, events: [ending(62)], consume: 20, end: "close" } as const;
      expect((await insist(() => log.append(run, end))).status).toBe("ok");
      expect(await insist(() => readAll(log, run))).toHaveLength(62);
      expect(await insist(() => log.inbox(run, 0, 100))).toHaveLength(20);
    }
  });
});

test("two logs of one prefix are one, two prefixes are two", async () => {
  const prefix = "shared";
  const [one, two] = [1, 2].map(() => redisLog({ client: opened.client, prefix }));
  const lease = await owned(one!, "r");
  await grow(two!, lease, 1);
  expect(await readAll(one!, "r")).toHaveLength(2);
  expect(await redisLog({ client: opened.client, prefix: "other" }).find("r")).toBeUndefined();
});

test("one entry of the stream keeps a whole batch, as it is handed out", async () => {
  const log = redisLog({ client: opened.client, prefix: "entries" });
  const lease = await owned(log, "r");
  for (let after = 1; after < 200; after += 20) await grow(log, lease, after, 20);
  await close(log, lease, 201);
  expect(await server.cli("xlen", "{entries:0}:log:r")).toBe("12");
  const read = await log.read("r", { seq: 15 }, 30);
  if (read.status !== "events") throw new Error(read.status);
  const { first, count, frames } = read.segment;
  expect([first, count]).toEqual([16, 30]);
  expect(frames.startsWith(`id: 16.${lease.epoch}\ndata: {"seq":16,`)).toBe(true);
});

test("store time never goes back", async () => {
  let now = 2_000_000_000_000;
  const log = logOf(() => now);
  const lease = await owned(log, "r");
  now -= 3_600_000;
  const { status } = await log.send("r", { type: "cancel", id: "c" });
  expect(status).toBe("ok");
  expect((await log.inbox("r", 0, 1))[0]?.at).toBe(lease.now);
});

test("a lease that ended unnoticed is older than what became ready since", async () => {
  let now = 2_000_000_000_000;
  const log = logOf(() => now);
  const claim = { worker: "w", leaseMs: 1_000, max: 1, agents: ["a"] };
  await log.create(newRun("first"));
  await log.claim(claim);
  now += 60_000;
  await log.create(newRun("second"));
  const [one] = await log.claim(claim);
  const [other] = await log.claim(claim);
  expect([one?.run, other?.run]).toEqual(["first", "second"]);
});

test("options that cannot work are refused with what would", () => {
  const { client } = opened;
  const make = (options: object) => () => redisLog({ client, ...options });
  expect(make({ prefix: "a{b}" })).toThrow('"a{b}" is no prefix');
  expect(make({ partitions: 0 })).toThrow("partitions is a whole number from 1 to 64, not 0");
  expect(make({ partitions: 65 })).toThrow("partitions");
  expect(make({ replicas: -1 })).toThrow("replicas");
  expect(make({ retention: 0 })).toThrow("retention");
  expect(make({ timeoutMs: 1.5 })).toThrow("timeoutMs");
  expect(make({ client: {} })).toThrow("createClient() of redis 5 or later, or new Redis()");
});
