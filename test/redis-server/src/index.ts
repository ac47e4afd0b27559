export { type RedisCluster, startCluster } from "./cluster.ts";
export { type RedisSentinel, startSentinel } from "./sentinel.ts";
export { type RedisServer, type RedisServerOptions, startRedis } from "./server.ts";
