import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { type SqliteLog, type SqliteLogOptions, sqliteLog } from "./sqlite-log.ts";

/** Files and logs for the tests of one file; all of them are gone after each test. */
export function useLogs() {
  const folders: string[] = [];
  const logs: SqliteLog[] = [];
  afterEach(async () => {
    for (const log of logs.splice(0)) await log.close().catch(() => {});
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return {
    /** A path in a folder of its own, with nothing at it. */
    path(): string {
      const folder = mkdtempSync(join(tmpdir(), "runwire-sqlite-"));
      folders.push(folder);
      return join(folder, "runs.db");
    },
    open(options: SqliteLogOptions): SqliteLog {
      const log = sqliteLog(options);
      logs.push(log);
      return log;
    },
  };
}
