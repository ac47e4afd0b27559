import type { NodeRedisClient, NodeRedisConnection } from "./client.ts";
import { byHash, type Connection, type OwnConnection } from "./connection.ts";

/** A client of the package `redis`. */
export function nodeRedisConnection(client: NodeRedisClient): Connection {
  return {
    run({ sha, source }, key, args) {
      const call = { keys: [key], arguments: args as string[] };
      return byHash(
        () => client.evalSha(sha, call),
        () => client.eval(source, call),
      );
    },
    async settle(key, replicas, timeoutMs) {
      const pipeline = client.multi().set(key, "1").wait(replicas, timeoutMs).info("replication");
      const [, reached, info] = await pipeline.execAsPipeline();
      return { replicas: Number(reached), info: String(info) };
    },
    async duplicate(onError) {
      const own = client.duplicate();
      // Before it connects: an error that nobody listens to ends the process.
      own.on("error", onError);
      await own.connect();
      return ownConnection(own);
    },
  };
}

function ownConnection(client: NodeRedisConnection): OwnConnection {
  let onMessage = (_: string): void => {};
  const listener = (_: string, channel: string): void => onMessage(channel);
  return {
    ...nodeRedisConnection(client),
    listen(heard, reconnected) {
      onMessage = heard;
      client.on("ready", reconnected);
    },
    subscribe: (channel) => client.subscribe(channel, listener),
    unsubscribe: (channel) => client.unsubscribe(channel),
    alive: () => client.isOpen,
    close() {
      if (client.isOpen) client.destroy();
    },
  };
}
