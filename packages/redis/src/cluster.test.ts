import { eventLogCases, eventLogRandomCase } from "@runwire/core/testing";
import { type RedisCluster, startCluster } from "redis-test-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterClients, type Opened } from "./clients.test.helper.ts";
import { openRedisLog } from "./open-redis-log.ts";
import type { RedisLog } from "./redis-log-options.ts";
import { close, grow, newRun, owned, readAll } from "./runs.test.helper.ts";
import { partitionOf } from "./tag.ts";

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);
afterAll(() => cluster.stop());

let cases = 0;

describe.each(Object.entries(clusterClients))("a cluster, with %s", (_, open) => {
  let opened: Opened;
  const logs: RedisLog[] = [];
  beforeAll(async () => {
    opened = await open(cluster);
  });
  afterAll(() => {
    for (const log of logs) log.close();
    opened.close();
  });

  function log(options: { readonly clock?: () => number } = {}, prefix = `case-${cases++}`) {
    const made = openRedisLog({ client: opened.client, prefix, partitions: 16 }, options);
    logs.push(made);
    return made;
  }

  for (const { name, run } of eventLogCases) test(name, () => run(log));

  for (let seed = 100; seed < 105; seed++) {
    const { name, run } = eventLogRandomCase(seed);
    test(name, () => run(log));
  }

  test("spreads threads over all masters, and no operation crosses slots", async () => {
    const one = log();
    for (let i = 0; i < 40; i++) {
      const lease = await owned(one, `r${i}`, { thread: `t${i}` });
      await grow(one, lease, 1, 3);
      await one.create(newRun(`s${i}`, { thread: `t${i}`, previous: `r${i}` }));
      await one.send(`s${i}`, { type: "cancel", id: "c" });
      await close(one, lease, 4);
      expect(await readAll(one, `r${i}`)).toHaveLength(5);
    }
    const sizes = await Promise.all(cluster.nodes.map((node) => node.cli("dbsize")));
    for (const size of sizes) expect(Number(size)).toBeGreaterThan(50);
    expect(await one.claim({ worker: "w", leaseMs: 1_000, max: 100, agents: ["a"] })).toHaveLength(
      40,
    );
  });

  test("replicas are waited for where the write was made", async () => {
    const one = openRedisLog({
      client: opened.client,
      prefix: `case-${cases++}`,
      partitions: 16,
      replicas: 1,
      timeoutMs: 500,
    });
    logs.push(one);
    // There are none: each master says so for its own history.
    const all = Array.from({ length: 4 }, (_, i) =>
      one.create(newRun(`r${i}`, { thread: `t${i}` })),
    );
    for (const { status, reason } of (await Promise.allSettled(all)) as PromiseRejectedResult[]) {
      expect(status).toBe("rejected");
      expect(reason.message).toContain("0 of 1 replicas");
    }
  });

  test("another process finds a run by its id alone", async () => {
    const prefix = `shared-${cases++}`;
    const [writer, reader] = [log({}, prefix), log({}, prefix)];
    const lease = await owned(writer, "r", { thread: "somewhere" });
    await grow(writer, lease, 1, 2);
    expect(await readAll(reader, "r")).toHaveLength(3);
    expect((await reader.send("r", { type: "cancel", id: "c" })).status).toBe("ok");
    expect(await reader.renew([lease], 1_000)).toMatchObject([{ status: "ok", inbox: 1 }]);
    expect(await reader.find("nothing")).toBeUndefined();
  });

  test("a run that could not be created in one thread can be in another", async () => {
    const prefix = `moving-${cases++}`;
    const [one, reader] = [log({}, prefix), log({}, prefix)];
    await owned(one, "head", { thread: "t1" });
    const home = partitionOf("t1", 16);
    const elsewhere = Array.from({ length: 20 }, (_, n) => `u${n}`)
      .filter((thread) => partitionOf(thread, 16) !== home)
      .slice(0, 6);
    for (let i = 0; i < 20; i++) {
      const refused = newRun(`r${i}`, { thread: "t1", ifHead: null });
      expect((await one.create(refused)).status).toBe("moved");
      expect(await reader.find(`r${i}`)).toBeUndefined();
      const racers = elsewhere.map((thread) =>
        one.create(newRun(`r${i}`, { thread, digest: thread })),
      );
      const statuses = (await Promise.all(racers)).map(({ status }) => status).sort();
      expect(statuses).toEqual([...Array(5).fill("conflict"), "ok"]);
      expect((await one.find(`r${i}`))?.thread).toMatch(/^u/);
      expect(await reader.find(`r${i}`)).toEqual(await one.find(`r${i}`));
    }
  });
});
