import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { RunwireError } from "@runwire/core";
import { applicationId, migrations } from "./schema.ts";
import { explain, isBusy } from "./sqlite-error.ts";
import { warnOfVersion } from "./sqlite-version.ts";

/** What an acknowledged operation survives: see `SqliteLogOptions`. */
export type Durability = "process" | "power";

interface OpenOptions {
  readonly durability: Durability;
  readonly lockMs: number;
}

/**
 * Opens the file, which is made when it is missing, with the schema of this version.
 *
 * @throws RunwireError `log-unusable` when it cannot be used, `log-unavailable` when it is locked or the disk is full.
 */
export function openDatabase(path: string, options: OpenOptions): DatabaseSync {
  const Database = findSqlite();
  try {
    mkdirSync(dirname(path), { recursive: true });
    keepPrivate(path);
  } catch (cause) {
    throw new RunwireError("log-unusable", {
      message: `${path} cannot be made: ${(cause as Error).message}`,
      cause,
    });
  }
  let db: DatabaseSync | undefined;
  try {
    db = new Database(path);
    db.exec(`PRAGMA busy_timeout = ${options.lockMs}`);
    prepare(db, path, options);
    return db;
  } catch (error) {
    db?.close();
    throw explain(error, path);
  }
}

/** SQLite has names for databases that are in no file, and two processes cannot share those. */
export function checkPath(path: string): void {
  if (path === "" || path === ":memory:") {
    throw new RunwireError("log-unusable", {
      message: `A log in a file needs a path, not "${path}". For one in memory there is memoryLog() of @runwire/core.`,
    });
  }
}

function findSqlite(): typeof DatabaseSync {
  const sqlite = process.getBuiltinModule?.("node:sqlite");
  if (sqlite !== undefined) return sqlite.DatabaseSync;
  throw new RunwireError("log-unusable", {
    message: `This is Node ${process.versions.node} without the module node:sqlite. Use Node 22.13 or newer.`,
  });
}

/** Conversations are nobody else's business. SQLite gives its other files the same rights. */
function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    // It is there, with the rights that somebody gave it. (Opening it would end locks that this process has on it.)
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** SQLite does not wait for a lock where two that wait could wait for each other: then it is tried again. */
function prepare(db: DatabaseSync, path: string, options: OpenOptions): void {
  const deadline = performance.now() + options.lockMs;
  for (;;) {
    try {
      prepareOnce(db, path, options);
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

function prepareOnce(db: DatabaseSync, path: string, { durability }: OpenOptions): void {
  warnOfVersion(String(db.prepare("SELECT sqlite_version() AS version").get()?.version));
  // Whose file it is comes before anything that changes it.
  within(db, "BEGIN", () => schemaVersion(db, path));
  const mode = db.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
  if (mode !== "wal") {
    throw new RunwireError("log-unusable", {
      message: `${path} is where SQLite's write-ahead log does not work: choose a path on a local disk.`,
    });
  }
  // In this mode NORMAL loses nothing when a process dies; when the power fails it may lose the last commits, whole.
  db.exec(`PRAGMA synchronous = ${durability === "power" ? "FULL" : "NORMAL"}`);
  // What was deleted is overwritten, not only forgotten.
  db.exec("PRAGMA secure_delete = ON");
  within(db, "BEGIN IMMEDIATE", () => {
    const version = schemaVersion(db, path);
    for (const migration of migrations.slice(version)) db.exec(migration);
    if (version === migrations.length) return;
    db.exec(`PRAGMA application_id = ${applicationId}`);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** One transaction: others may be making the same file at the same moment. */
function within(db: DatabaseSync, begin: string, work: () => void): void {
  db.exec(begin);
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    rollback(db);
    throw error;
  }
}

/** Ends a transaction that failed. SQLite may have done so by itself, and says that as an error. */
export function rollback(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch {}
}

/** How far the file's schema is, 0 for an empty file. Throws when it is not ours to use. */
function schemaVersion(db: DatabaseSync, path: string): number {
  const number = (pragma: string) => Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
  const [id, version] = [number("application_id"), number("user_version")];
  const empty = db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  if (!empty && id !== applicationId) {
    throw new RunwireError("log-unusable", {
      message: `${path} is a database of something else. Choose a path of its own for the log.`,
    });
  }
  if (version > migrations.length) {
    throw new RunwireError("log-unusable", {
      message: `${path} was written by a later version of @runwire/sqlite (schema ${version}, this one knows up to ${migrations.length}). Update the package.`,
    });
  }
  return empty ? 0 : version;
}
