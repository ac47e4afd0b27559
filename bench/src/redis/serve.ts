// A server process of many: what it serves comes from Redis. Every request follows the run that is named.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRuntime } from "@runwire/core";
import { redisLog } from "@runwire/redis";
import { createHandler } from "@runwire/server";
import { nodeHandler } from "@runwire/server/node";
import { createClient } from "redis";

const [url = "", run = ""] = process.argv.slice(2);
const log = redisLog({ client: await createClient({ url }).connect() });
const handler = createHandler({ runtime: createRuntime({ agents: [], log, recover: false }) });
const target = `http://bench.invalid/runs/${run}/events`;
const server = createServer(nodeHandler(() => handler(new Request(target))));
server.listen({ port: 0, host: "127.0.0.1", backlog: 10_000 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("disconnect", () => process.exit());
