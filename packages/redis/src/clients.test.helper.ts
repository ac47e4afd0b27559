import { Cluster, Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import { createClient, createCluster } from "redis";
import { createClient as createClient5 } from "redis-5";
import type { RedisCluster, RedisServer } from "redis-test-server";
import type { RedisClient } from "./client.ts";

/** A connected client, and how to be rid of it. */
export interface Opened {
  readonly client: RedisClient;
  close(): void;
}

/** Errors of connections that a test breaks are no news. */
const quiet = (): void => {};

async function nodeRedis({ url }: { readonly url: string }): Promise<Opened> {
  const client = createClient({ url, socket: { reconnectStrategy: 20 } }).on("error", quiet);
  await client.connect();
  return { client, close: () => client.destroy() };
}

async function nodeRedis5({ url }: { readonly url: string }): Promise<Opened> {
  const client = createClient5({ url, socket: { reconnectStrategy: 20 } }).on("error", quiet);
  await client.connect();
  return { client, close: () => client.destroy() };
}

async function ioRedis({ port }: { readonly port: number }): Promise<Opened> {
  const client = new Redis({ port, retryStrategy: () => 20 }).on("error", quiet);
  return { client, close: () => client.disconnect() };
}

async function ioRedis5({ port }: { readonly port: number }): Promise<Opened> {
  const client = new Redis5({ port, retryStrategy: () => 20 }).on("error", quiet);
  return { client, close: () => client.disconnect() };
}

/** Every client that a single server is tested with. */
export const clients: {
  readonly [name: string]: (server: Pick<RedisServer, "url" | "port">) => Promise<Opened>;
} = { redis: nodeRedis, ioredis: ioRedis, "redis 5": nodeRedis5, "ioredis 5": ioRedis5 };

async function nodeRedisCluster({ nodes }: RedisCluster): Promise<Opened> {
  const client = createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) });
  client.on("error", quiet);
  await client.connect();
  return { client, close: () => client.destroy() };
}

async function ioRedisCluster({ nodes }: RedisCluster): Promise<Opened> {
  const client = new Cluster(nodes.map(({ port }) => ({ host: "127.0.0.1", port })));
  client.on("error", quiet);
  return { client, close: () => client.disconnect() };
}

/** Every client that a cluster is tested with. */
export const clusterClients: {
  readonly [name: string]: (cluster: RedisCluster) => Promise<Opened>;
} = { redis: nodeRedisCluster, ioredis: ioRedisCluster };
