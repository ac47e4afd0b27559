import type { Cluster, Redis } from "ioredis";
import type { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import { createClient, createCluster, createSentinel } from "redis";
import { createClient as createClient5, createCluster as createCluster5 } from "redis-5";
import { expectTypeOf, test } from "vitest";
import type { IoRedisClient, NodeRedisClient, RedisClient } from "./client.ts";
import { redisLog } from "./redis-log.ts";

test("clients of redis fit as they are", () => {
  expectTypeOf(createClient()).toExtend<NodeRedisClient>();
  expectTypeOf(createClient({ RESP: 2 })).toExtend<NodeRedisClient>();
  expectTypeOf(createCluster({ rootNodes: [] })).toExtend<NodeRedisClient>();
  expectTypeOf(createSentinel({ name: "m", sentinelRootNodes: [] })).toExtend<NodeRedisClient>();
  expectTypeOf(createClient5()).toExtend<NodeRedisClient>();
  expectTypeOf(createCluster5({ rootNodes: [] })).toExtend<NodeRedisClient>();
});

test("clients of ioredis fit as they are", () => {
  expectTypeOf<Redis>().toExtend<IoRedisClient>();
  expectTypeOf<Cluster>().toExtend<IoRedisClient>();
  expectTypeOf<Redis5>().toExtend<IoRedisClient>();
  expectTypeOf<Cluster5>().toExtend<IoRedisClient>();
});

test("what is no client is refused", () => {
  expectTypeOf<{ get(key: string): Promise<string> }>().not.toExtend<RedisClient>();
  // @ts-expect-error The client, not its address.
  redisLog({ client: "redis://127.0.0.1" });
});
