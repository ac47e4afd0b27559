/**
 * What is used of a client, and no more. The clients of `redis` (`createClient`, `createCluster`, `createSentinel`) and
 * of `ioredis` (`Redis`, `Cluster`) fit, each in its way. The log does not connect or close the client it is given;
 * the connections that it duplicates are its own.
 */
export type RedisClient = NodeRedisClient | IoRedisClient;

/** The client of the package `redis`. */
export interface NodeRedisClient {
  eval(script: string, call: NodeRedisCall): Promise<unknown>;
  evalSha(sha: string, call: NodeRedisCall): Promise<unknown>;
  multi(): { set(key: string, value: string): NodeRedisPipeline };
  duplicate(): NodeRedisConnection;
}

interface NodeRedisCall {
  readonly keys: string[];
  readonly arguments: string[];
}

interface NodeRedisPipeline {
  wait(
    replicas: number,
    timeoutMs: number,
  ): {
    info(section: string): { execAsPipeline(): Promise<readonly unknown[]> };
  };
}

export interface NodeRedisConnection extends NodeRedisClient {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): unknown;
  on(event: "error" | "ready", listener: (error: unknown) => void): unknown;
  subscribe(
    channel: string,
    listener: (message: string, channel: string) => void,
  ): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

/** The client of the package `ioredis`. */
export interface IoRedisClient {
  eval(script: string, keys: number, ...args: string[]): Promise<unknown>;
  evalsha(sha: string, keys: number, ...args: string[]): Promise<unknown>;
  pipeline(commands: unknown[][]): {
    exec(): Promise<readonly [error: Error | null, answer: unknown][] | null>;
  };
  duplicate(): IoRedisConnection;
}

export interface IoRedisConnection extends IoRedisClient {
  readonly status: string;
  disconnect(): void;
  ping(): Promise<unknown>;
  on(event: "error" | "ready", listener: (error: unknown) => void): unknown;
  on(event: "message", listener: (channel: string, message: string) => void): unknown;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}
