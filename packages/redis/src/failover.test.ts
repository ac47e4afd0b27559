import { type RedisServer, startRedis } from "redis-test-server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clients, type Opened } from "./clients.test.helper.ts";
import { redisLog } from "./redis-log.ts";
import type { RedisLog, RedisLogOptions } from "./redis-log-options.ts";
import {
  close,
  deltas,
  grow,
  insist,
  intent,
  newRun,
  owned,
  readAll,
  until,
} from "./runs.test.helper.ts";

let master: RedisServer;
let replica: RedisServer;
const opened: Opened[] = [];
const logs: RedisLog[] = [];

/** A log in front of one of the two. */
async function logOf(
  server: RedisServer,
  options: Partial<RedisLogOptions> = {},
  kind = "redis",
): Promise<RedisLog> {
  const one = await clients[kind]!(server);
  const log = redisLog({ client: one.client, onError: () => {}, ...options });
  opened.push(one);
  logs.push(log);
  return log;
}

async function follow(): Promise<void> {
  await replica.cli("replicaof", "127.0.0.1", `${master.port}`);
  await until(async () => (await replica.cli("info", "replication")).includes("link_status:up"));
  await until(async () => (await master.cli("info", "replication")).includes("state=online"));
}

/** As when the network parts them: what the master acknowledges from now on is on no other machine. */
async function part(): Promise<void> {
  await replica.cli("replicaof", "no", "one");
}

beforeEach(async () => {
  // Not after five seconds: a replica that comes is to be brought up at once.
  const config = { "repl-diskless-sync-delay": "0", "repl-ping-replica-period": "1" };
  [master, replica] = await Promise.all([startRedis({ config }), startRedis({ config })]);
  await follow();
});

afterEach(async () => {
  for (const log of logs.splice(0)) log.close();
  for (const one of opened.splice(0)) one.close();
  await Promise.all([master.stop(), replica.stop()]);
});

describe("a replica is promoted that lacks the last moment", () => {
  test("viewers of what was lost start anew, and the owner is fenced", async () => {
    const before = await logOf(master);
    const lease = await owned(before, "r");
    const { run, epoch } = lease;
    await grow(before, lease, 1, 4);
    await until(async () => (await replica.cli("xlen", "{rw:0}:log:r")) === "2");
    await part();
    await grow(before, lease, 5, 5);
    expect(await readAll(before, run)).toHaveLength(10);

    const after = await logOf(replica);
    // A viewer who has seen 10 events of which 5 are left, and one who has seen 3.
    expect((await after.read(run, { seq: 10, epoch }, 100)).status).toBe("reset");
    expect(await readAll(after, run, { seq: 3, epoch })).toHaveLength(2);
    // The old owner goes on as if nothing had happened.
    const more = { epoch, after: 10, events: deltas(10, 1) };
    expect(await after.append(run, more)).toEqual({ status: "gap", tail: 5 });

    const claim = {
      worker: "w2",
      leaseMs: 60_000,
      max: 1,
      agents: ["a"],
      run,
      steal: true,
    } as const;
    const [second] = await after.claim(claim);
    expect(second?.epoch).toBeGreaterThan(epoch);
    expect((await after.append(run, more)).status).toBe("fenced");
    await grow(after, second!, 5, 10);
    // The same seq, another history.
    expect((await after.read(run, { seq: 10, epoch }, 100)).status).toBe("reset");
    expect((await after.read(run, { seq: 5, epoch }, 100)).status).toBe("events");
    const seqs = (await readAll(after, run)) as readonly { readonly seq: number }[];
    expect(seqs.map(({ seq }) => seq)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    await close(after, second!, 15);
  });

  test("a repeat of what was lost is written, once, as it was", async () => {
    const before = await logOf(master);
    const { run, epoch } = await owned(before, "r");
    await until(async () => (await replica.cli("xlen", "{rw:0}:log:r")) === "1");
    await part();
    const batch = { epoch, after: 1, events: deltas(1, 3) };
    await before.append(run, batch);
    const after = await logOf(replica);
    for (let n = 0; n < 2; n++) {
      expect(await after.append(run, batch)).toEqual({ status: "ok", tail: 4, inbox: 0 });
    }
    expect(await readAll(after, run)).toEqual(await readAll(before, run));
  });

  test("two owners, each with a lease that the other's server does not know, never share an epoch", async () => {
    const before = await logOf(master);
    await before.create(newRun("r"));
    await until(async () => (await replica.cli("xlen", "{rw:0}:log:r")) === "1");
    await part();
    const claim = { worker: "w", leaseMs: 60_000, max: 1, agents: ["a"] };
    const [lost] = await before.claim(claim);
    // The store's time is what tells them apart: the promotion takes at least a moment.
    await until(() => Date.now() > (lost?.epoch ?? 0));
    const after = await logOf(replica);
    const [kept] = await after.claim({ ...claim, worker: "w2" });
    expect(kept!.epoch).toBeGreaterThan(lost!.epoch);
    const zombie = { epoch: lost!.epoch, after: 1, events: deltas(1, 1) };
    expect((await after.append("r", zombie)).status).toBe("fenced");
  });

  test("a run that was lost is gone, for its owner and its viewers", async () => {
    await part();
    const before = await logOf(master);
    const lease = await owned(before, "r");
    const after = await logOf(replica);
    expect(await readAll(after, "r")).toBe("gone");
    expect(await after.find("r")).toBeUndefined();
    const { run, epoch } = lease;
    const more = await after.append(run, { epoch, after: 1, events: deltas(1, 1) });
    expect(more.status).toBe("gone");
    expect(await after.renew([lease], 1_000)).toEqual([{ status: "fenced" }]);
  });
});

describe.each(["redis", "ioredis"])("replicas: 1, with %s", (kind) => {
  test("what was acknowledged is on the replica", async () => {
    const log = await logOf(master, { replicas: 1 }, kind);
    const lease = await owned(log, "r");
    const { run, epoch } = lease;
    const all = Array.from({ length: 50 }, (_, i) => newRun(`q${i}`, { thread: `t${i}` }));
    await Promise.all(all.map((each) => log.create(each)));
    for (let after = 1; after <= 20; after++) {
      const answer = await log.append(run, { epoch, after, events: [intent(after + 1)] });
      expect(answer.status).toBe("ok");
    }
    await log.send(run, { type: "cancel", id: "c" });
    await master.kill();
    await part();
    const after = await logOf(replica, {}, kind);
    expect(await readAll(after, run)).toHaveLength(21);
    expect(await after.inbox(run, 0, 10)).toHaveLength(1);
    for (const { run } of all) expect(await after.find(run)).toBeDefined();
  });

  test("without a replica nothing that counts is acknowledged, and it is once there is one", async () => {
    const log = await logOf(master, { replicas: 1, timeoutMs: 700 }, kind);
    const lease = await insist(() => owned(log, "r"));
    const { run, epoch } = lease;
    await part();
    await until(async () =>
      (await master.cli("info", "replication")).includes("connected_slaves:0"),
    );
    const batch = { epoch, after: 1, events: [intent(2)] };
    for (let n = 0; n < 2; n++) {
      await expect(log.append(run, batch)).rejects.toMatchObject({
        code: "log-unavailable",
        message:
          "It is unknown whether the write will survive: 0 of 1 replicas have it after 700 ms.",
      });
    }
    await expect(log.create(newRun("q"))).rejects.toMatchObject({ code: "log-unavailable" });
    // A refusal is no write.
    const gap = { epoch, after: 9, events: [intent(10)] };
    expect(await log.append(run, gap)).toEqual({ status: "gap", tail: 2 });
    await follow();
    expect(await insist(() => log.append(run, batch))).toMatchObject({ status: "ok", tail: 2 });
    expect(await insist(() => log.create(newRun("q")))).toMatchObject({ status: "exists" });
    expect(await readAll(log, run)).toHaveLength(2);
  });

  test("deltas do not wait", async () => {
    const log = await logOf(master, { replicas: 1, timeoutMs: 20_000 }, kind);
    const lease = await owned(log, "r");
    await part();
    await until(async () =>
      (await master.cli("info", "replication")).includes("connected_slaves:0"),
    );
    await grow(log, lease, 1, 5);
    expect(await readAll(log, "r")).toHaveLength(6);
  });
});
