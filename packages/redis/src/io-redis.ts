import type { IoRedisClient, IoRedisConnection } from "./client.ts";
import { byHash, type Connection, type OwnConnection } from "./connection.ts";

/** A client of the package `ioredis`. */
export function ioRedisConnection(client: IoRedisClient): Connection {
  return {
    run: ({ sha, source }, key, args) =>
      byHash(
        () => client.evalsha(sha, 1, key, ...args),
        () => client.eval(source, 1, key, ...args),
      ),
    async settle(key, replicas, timeoutMs) {
      const pipeline = client.pipeline([
        ["set", key, "1"],
        ["wait", replicas, timeoutMs],
        ["info", "replication"],
      ]);
      const answers = (await pipeline.exec()) ?? [];
      const failed = answers.find(([error]) => error !== null)?.[0];
      if (failed) throw failed;
      return { replicas: Number(answers[1]?.[1]), info: String(answers[2]?.[1]) };
    },
    duplicate(onError) {
      const own = client.duplicate();
      own.on("error", onError);
      return ownConnection(own);
    },
  };
}

function ownConnection(client: IoRedisConnection): OwnConnection {
  return {
    ...ioRedisConnection(client),
    listen(heard, reconnected) {
      client.on("message", heard);
      let before = client.status === "ready";
      client.on("ready", () => {
        // It says so before its subscriptions are back: what it answers to next, it answers after them.
        if (before) client.ping().then(reconnected, reconnected);
        before = true;
      });
    },
    subscribe: (channel) => client.subscribe(channel),
    unsubscribe: (channel) => client.unsubscribe(channel),
    alive: () => client.status !== "end",
    close: () => client.disconnect(),
  };
}
