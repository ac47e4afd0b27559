import { eventLogCases, eventLogRandomCase } from "@runwire/core/testing";
import { type RedisServer, startRedis } from "redis-test-server";
import { afterAll, beforeAll, describe, test } from "vitest";
import { clients, type Opened } from "./clients.test.helper.ts";
import { openRedisLog } from "./open-redis-log.ts";
import type { RedisLog } from "./redis-log-options.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

/** Cases leave their runs behind: each has keys of its own. */
let cases = 0;
const prefix = (): string => `case-${cases++}`;

describe.each(Object.entries(clients))("redisLog with %s", (name, open) => {
  const opened: Opened[] = [];
  const logs: RedisLog[] = [];
  afterAll(() => {
    for (const log of logs) log.close();
    for (const { close } of opened) close();
  });

  async function log(options: { readonly clock?: () => number }, partitions = 1) {
    const [one = await open(server)] = opened;
    if (opened.length === 0) opened.push(one);
    const made = openRedisLog({ client: one.client, prefix: prefix(), partitions }, options);
    logs.push(made);
    return made;
  }

  describe("by a clock that is given", () => {
    for (const { name, run } of eventLogCases) test(name, () => run(log));
  });

  // What an older client does is not up to clocks or partitions.
  if (name.endsWith("5")) return;

  describe("by Redis' clock", () => {
    for (const { name, run } of eventLogCases) {
      test(name, () => run(() => log({}), { realTime: true }));
    }
  });

  describe("with many partitions", () => {
    for (const { name, run } of eventLogCases) test(name, () => run((clock) => log(clock, 5)));
  });

  describe("random operations", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { name, run } = eventLogRandomCase(seed);
      test(name, () => run(log));
      test(`${name}, many partitions`, () => run((clock) => log(clock, 5)));
    }
  });
});
