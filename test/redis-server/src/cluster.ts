import { setTimeout as sleep } from "node:timers/promises";
import { type RedisServer, startRedis } from "./server.ts";

/** Masters that share the slots, without replicas. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

export async function startCluster(masters = 3): Promise<RedisCluster> {
  const config = {
    "cluster-enabled": "yes",
    "cluster-config-file": "nodes.conf",
    "cluster-node-timeout": "2000",
  };
  const nodes = await Promise.all(Array.from({ length: masters }, () => startRedis({ config })));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    await nodes[0]?.cli("--cluster", "create", ...addresses, "--cluster-yes");
    for (const node of nodes) await whole(node);
    return { nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Each node must have heard of all slots before clients ask it. */
async function whole(node: RedisServer): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if ((await node.cli("cluster", "info")).includes("cluster_state:ok")) return;
    await sleep(50);
  }
  throw new Error("The cluster did not come up.");
}
