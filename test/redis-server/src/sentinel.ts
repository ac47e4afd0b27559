import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, type RedisServer, startRedis } from "./server.ts";

/** A master, a replica of it, and who watches them: when the master is killed, the replica is promoted. */
export interface RedisSentinel {
  /** What clients ask where the master is. */
  readonly port: number;
  readonly name: string;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  stop(): Promise<void>;
}

export async function startSentinel(): Promise<RedisSentinel> {
  const name = "mymaster";
  const config = { "repl-diskless-sync-delay": "0", "repl-ping-replica-period": "1" };
  const [master, replica] = await Promise.all([startRedis({ config }), startRedis({ config })]);
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "runwire-sentinel-"));
  const file = join(dir, "sentinel.conf");
  let sentinel: RedisServer | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all([sentinel?.stop(), master.stop(), replica.stop()]);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await replica.cli("replicaof", "127.0.0.1", `${master.port}`);
    await until(async () => (await master.cli("info", "replication")).includes("state=online"));
    const lines = [
      `port ${port}`,
      "bind 127.0.0.1",
      `dir ${dir}`,
      `sentinel monitor ${name} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${name} 500`,
      `sentinel failover-timeout ${name} 2000`,
    ];
    await writeFile(file, `${lines.join("\n")}\n`);
    sentinel = await startRedis({ port, file, args: ["--sentinel"] });
    const watching = sentinel;
    // Sentinel learns of the replica by asking the master.
    await until(async () =>
      (await watching.cli("sentinel", "replicas", name)).includes(`${replica.port}`),
    );
    return { port, name, master, replica, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error("Sentinel did not come up.");
}
