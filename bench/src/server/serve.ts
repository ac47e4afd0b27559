// A server in a process of its own, so that its CPU time is known and nobody else's is in it.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { listenerOf } from "./kinds.ts";
import type { Load, ServerKind, SharedKind } from "./load.ts";
import { sharedServer } from "./shared-kinds.ts";

const [kind = "", json = ""] = process.argv.slice(2);
const load = JSON.parse(json) as Load;
const shared = kind.startsWith("shared-") ? sharedServer(kind as SharedKind, load) : undefined;
const listener = shared?.listener ?? listenerOf(kind as ServerKind, load);
const server = createServer(listener as RequestListener);
server.listen({ port: 0, host: "127.0.0.1", backlog: 10_000 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("message", async (question) => {
  if (question === "go") await shared?.go();
  if (question === "gc") globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send?.({ micros: user + system, rss: process.memoryUsage.rss() });
});
process.on("disconnect", () => process.exit());
