import { join } from "node:path";
import { startRedis } from "redis-test-server";
import type { Where } from "./open-log.test.helper.ts";

export interface Store {
  readonly name: string;
  /** How long the lease of a process may be whose death is to be noticed soon. */
  readonly leaseMs: number;
  /** A new one, with its files in that folder. `stop` ends what it needs. */
  open(folder: string): Promise<{ readonly where: Where; stop(): Promise<void> }>;
}

/** The logs that processes share. Each scenario runs on all of them. */
export const stores: readonly Store[] = [
  {
    name: "SQLite",
    // Who is dead is known by its process number.
    leaseMs: 600_000,
    open: async (folder) => ({
      where: { kind: "sqlite", path: join(folder, "runs.db") },
      stop: async () => {},
    }),
  },
  {
    name: "Redis",
    leaseMs: 600,
    async open() {
      const server = await startRedis();
      return { where: { kind: "redis", url: server.url }, stop: () => server.stop() };
    },
  },
];
