import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@runwire/client";
import { agent, type Model } from "@runwire/core";
import { lastText, type RunEvent } from "@runwire/core/protocol";
import { redisLog } from "@runwire/redis";
import { createHandler } from "@runwire/server";
import { nodeHandler } from "@runwire/server/node";
import { Redis } from "ioredis";
import { createClient as createRedis } from "redis";
import { type RedisServer, startRedis } from "redis-test-server";
import { describe, expect, onTestFinished, test } from "vitest";
import { until } from "./until.test.helper.ts";

const words = Array.from({ length: 200 }, (_, n) => `word-${n} `);
const story = words.join("");

/** Takes a second or so to tell its story, and counts how often it was asked. */
function teller() {
  const asked = { times: 0 };
  const model: Model = {
    id: "test/teller",
    async *stream(_, { signal }) {
      asked.times++;
      yield { type: "text.started", id: "t" };
      for (const delta of words) {
        await sleep(8, undefined, { signal }).catch(() => {});
        if (signal.aborted) return;
        yield { type: "text.delta", id: "t", delta };
      }
      yield { type: "text.completed", id: "t" };
      const usage = { inputTokens: 1, outputTokens: 1 };
      yield { type: "finish", finishReason: "stop", usage };
    },
  };
  return { asked, agents: [agent({ name: "teller", model })] as const };
}

type Agents = ReturnType<typeof teller>["agents"];

async function redis(config?: Record<string, string>): Promise<RedisServer> {
  const server = await startRedis(config && { config });
  onTestFinished(() => server.stop());
  return server;
}

/** A server process of its own as far as Redis can tell: its own connections, its own log. */
async function serve(agents: Agents, port: number, kind: "redis" | "ioredis") {
  const client = kind === "redis" ? await nodeRedis(port) : ioRedis(port);
  const log = redisLog({ client, timeoutMs: 1_000, onError: () => {} });
  const handler = createHandler({ agents, log, leaseMs: 1_500, onError: () => {} });
  const server = createServer(nodeHandler(handler));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await handler.close({ deadlineMs: 0 });
    log.close();
  });
  const address = server.address() as AddressInfo;
  return { handler, log, url: `http://127.0.0.1:${address.port}` };
}

async function nodeRedis(port: number) {
  const client = createRedis({ socket: { port, reconnectStrategy: 20 } });
  client.on("error", () => {});
  await client.connect();
  onTestFinished(() => client.destroy());
  return client;
}

function ioRedis(port: number) {
  const client = new Redis({ port, retryStrategy: () => 20 });
  client.on("error", () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

type Served = Awaited<ReturnType<typeof serve>>["handler"];

/** A viewer who writes down what is told, and forgets it where the stream begins anew. */
function view(url: string, run: string) {
  let told: number[] = [];
  const resets: number[] = [];
  const following = createClient<Served>({ url }).follow<"teller">(run, {
    on: {
      event: ({ seq }: RunEvent) => told.push(seq),
      reset: ({ seq }) => {
        resets.push(seq);
        told = [];
      },
    },
  });
  return { run: following, told: () => told, resets };
}

const dense = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + 1 + i);

describe.each(["redis", "ioredis"] as const)("two servers on one Redis, with %s", (kind) => {
  test("a run of one is followed, steered and ended at the other", async () => {
    const { port } = await redis();
    const { agents } = teller();
    const [one, other] = [await serve(agents, port, kind), await serve(agents, port, kind)];
    const run = createClient<Served>({ url: one.url }).run("teller", "Tell me");
    await until(() => (run.state?.seq ?? 0) > 20);
    const viewer = view(other.url, run.id);
    await until(() => (viewer.run.state?.seq ?? 0) > 40);
    await createClient<Served>({ url: other.url }).follow(run.id).cancel();
    await expect(viewer.run.result).rejects.toThrow();
    await expect(run.result).rejects.toThrow();
    expect(viewer.run.state?.status).toBe("cancelled");
    expect(viewer.run.state).toEqual(run.state);
  });

  test("Redis is killed and comes back: the story is told once, without a gap", async () => {
    const server = await redis({ appendonly: "yes", appendfsync: "always" });
    const { agents, asked } = teller();
    const one = await serve(agents, server.port, kind);
    const other = await serve(agents, server.port, kind);
    const run = createClient<Served>({ url: one.url }).run("teller", "Tell me");
    await until(() => (run.state?.seq ?? 0) > 20);
    const viewer = view(other.url, run.id);
    for (const least of [40, 120]) {
      await until(() => (viewer.run.state?.seq ?? 0) > least);
      await server.kill();
      await server.start();
    }
    expect(await viewer.run.result).toBe(story);
    expect(await run.result).toBe(story);
    expect(asked.times).toBe(1);
    const [first = 0] = viewer.told();
    expect(viewer.told()).toEqual(dense(first - 1, viewer.run.state?.seq ?? 0));
  });

  test("Redis is killed and comes back empty: viewers are told, and the server goes on", async () => {
    const server = await redis();
    const { agents } = teller();
    const one = await serve(agents, server.port, kind);
    const run = createClient<Served>({ url: one.url }).run("teller", "Tell me");
    await until(() => (run.state?.seq ?? 0) > 20);
    await server.kill();
    await server.start();
    await expect(run.result).rejects.toMatchObject({
      code: expect.stringMatching(/gone|not-found/),
    });
    const next = createClient<Served>({ url: one.url }).run("teller", "Once more");
    expect(await next.result).toBe(story);
  });

  test("a replica is promoted that lacks the last moment: all come to the same end", async () => {
    const [master, replica] = [await redis(), await redis()];
    await replica.cli("replicaof", "127.0.0.1", `${master.port}`);
    await until(async () => (await replica.cli("info", "replication")).includes("link_status:up"));
    const address = await movingAddress(master.port);
    const { agents } = teller();
    const one = await serve(agents, address.port, kind);
    const other = await serve(agents, address.port, kind);
    const run = createClient<Served>({ url: one.url }).run("teller", "Tell me");
    await until(() => (run.state?.seq ?? 0) > 20);
    const viewer = view(other.url, run.id);
    await until(() => (viewer.run.state?.seq ?? 0) > 40);
    // From here on the master is alone, and nobody knows.
    await replica.cli("replicaof", "no", "one");
    const parted = viewer.run.state?.seq ?? 0;
    await until(() => (viewer.run.state?.seq ?? 0) > parted + 40);
    address.move(replica.port);

    expect(await viewer.run.result).toBe(story);
    expect(await run.result).toBe(story);
    // What was lost is not what they have seen: they began anew, and then missed nothing.
    expect(viewer.resets.length).toBeGreaterThan(0);
    const seq = viewer.run.state?.seq ?? 0;
    expect(viewer.told()).toEqual(dense(viewer.resets.at(-1) ?? 0, seq));
    const late = view(one.url, run.id);
    await late.run.result;
    expect(lastText(late.run.state?.messages ?? [])).toBe(story);
    expect(late.run.state).toEqual(viewer.run.state);
    expect(run.state).toEqual(viewer.run.state);
  });
});

/** An address that leads to one server and then to another, as Sentinel's do. */
async function movingAddress(first: number) {
  let target = first;
  const sockets = new Set<Socket>();
  const server = createTcpServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    for (const [socket, peer] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        peer.destroy();
      });
      socket.pipe(peer);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    move(port: number) {
      target = port;
      cut();
    },
  };
}
