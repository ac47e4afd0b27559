import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";

const peers = [
  "ai",
  "@ai-sdk/react",
  "@ag-ui/client",
  "@tanstack/ai-client",
  "@langchain/langgraph-sdk",
  "better-sse",
  "hono",
  "@hono/node-server",
  "eventsource-parser",
  "react",
];

/** Where and with what the figures were taken. */
export function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `Node ${process.versions.node}, V8 ${process.versions.v8}, ${process.platform} ${release()},`,
    `${processors.length} × ${processors[0]?.model.trim() ?? "unknown"}, ${memory} GB;`,
    `${peers.map((name) => `${name} ${versionOf(name)}`).join(", ")}.`,
  ].join(" ");
}

function versionOf(name: string): string {
  const { paths } = createRequire(import.meta.url).resolve;
  for (const folder of paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version;
    } catch {
      // In another of the folders.
    }
  }
  return "?";
}
