export type { IoRedisClient, NodeRedisClient, RedisClient } from "./client.ts";
export { redisLog } from "./redis-log.ts";
export type { RedisLog, RedisLogOptions } from "./redis-log-options.ts";
