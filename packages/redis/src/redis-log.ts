import { openRedisLog } from "./open-redis-log.ts";
import type { RedisLog, RedisLogOptions } from "./redis-log-options.ts";

/**
 * A log on Redis Streams, for many processes on many machines. Every operation is one script; Redis' clock is the store's.
 *
 * @throws TypeError for options that cannot work.
 */
export function redisLog(options: RedisLogOptions): RedisLog {
  return openRedisLog(options);
}
