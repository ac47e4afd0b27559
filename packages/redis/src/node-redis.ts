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
    duplicate(onError) {
      const own = client.duplicate();
      // Before it connects: an error that nobody listens to ends the process.
      own.on("error", onError);
      return ownConnection(own);
    },
  };
}

function ownConnection(client: NodeRedisConnection): OwnConnection {
  const { run, settle, duplicate } = nodeRedisConnection(client);
  let onMessage = (_: string): void => {};
  const listener = (_: string, channel: string): void => onMessage(channel);
  let connecting = true;
  const connected = client.connect();
  const over = (): void => {
    connecting = false;
  };
  connected.then(over, over);
  return {
    run,
    duplicate,
    async settle(...args) {
      await connected;
      return settle(...args);
    },
    listen(heard, reconnected) {
      onMessage = heard;
      // The first time it is not back: it is there.
      client.on("ready", () => connecting || reconnected());
    },
    async subscribe(channel) {
      await connected;
      await client.subscribe(channel, listener);
    },
    unsubscribe: (channel) => client.unsubscribe(channel),
    alive: () => connecting || client.isOpen,
    close() {
      if (client.isOpen) client.destroy();
      else if (connecting) connected.then(() => client.destroy()).catch(() => {});
    },
  };
}
