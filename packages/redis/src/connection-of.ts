import type { RedisClient } from "./client.ts";
import type { Connection } from "./connection.ts";
import { ioRedisConnection } from "./io-redis.ts";
import { nodeRedisConnection } from "./node-redis.ts";

/** @throws TypeError for what is no client. */
export function connectionOf(client: RedisClient): Connection {
  if ("evalSha" in client) return nodeRedisConnection(client);
  if ("evalsha" in client) return ioRedisConnection(client);
  throw new TypeError(
    "redisLog needs a client: createClient() of redis 5 or later, or new Redis() of ioredis.",
  );
}
