import type { EventLog } from "@runwire/core";

/** Where runs are kept: what one process tells another of it. */
export type Where =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "redis"; readonly url: string };

export interface OpenedLog {
  readonly log: EventLog;
  close(): Promise<void>;
}

/** Opens a log as an application would, and loads nothing of the other kind: processes are started by the dozen. */
export async function openLog(where: Where): Promise<OpenedLog> {
  if (where.kind === "sqlite") {
    const { sqliteLog } = await import("@runwire/sqlite");
    const log = sqliteLog({ path: where.path });
    return { log, close: () => log.close() };
  }
  const { redisLog } = await import("@runwire/redis");
  const { Redis } = await import("ioredis");
  const client = new Redis(where.url).on("error", () => {});
  const log = redisLog({ client });
  return {
    log,
    async close() {
      log.close();
      client.disconnect();
    },
  };
}
