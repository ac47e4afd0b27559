import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { EventLog, Topic } from "@runwire/core";
import { appending } from "./append.ts";
import { claiming, renewing } from "./claim.ts";
import { compacting, uncompacted } from "./compact.ts";
import { creating } from "./create.ts";
import { deleting } from "./delete.ts";
import { readingInbox, sending } from "./inbox.ts";
import { leases } from "./leases.ts";
import { checkPath, type Durability, openDatabase } from "./open-database.ts";
import { processes } from "./processes.ts";
import { reading } from "./read.ts";
import { readiness } from "./readiness.ts";
import { segments } from "./segments.ts";
import { explain } from "./sqlite-error.ts";
import { createStore } from "./store.ts";
import { storeClock } from "./store-clock.ts";
import { listing } from "./threads.ts";
import { topics } from "./topics.ts";
import { transactions } from "./transactions.ts";
import { watch } from "./watch.ts";

export interface SqliteLogOptions {
  /**
   * The file, on a disk of this machine. It and its folder are made when they are missing. SQLite keeps two files
   * beside it, `-wal` and `-shm`, that belong to it: move or copy all three, and only while no process has it open.
   */
  readonly path: string;
  /**
   * What an acknowledged operation survives. `process`: whatever happens to processes; a power failure or a crash of
   * the system may take the last ones before it, whole and in order. `power`: these too, and each commit waits for the
   * disk. Default `process`.
   */
  readonly durability?: Durability;
  /** How long a call waits for a lock that another process has, in ms, before it throws. Default 5 000. */
  readonly lockMs?: number;
  /** This machine's time in ms, by which store time goes. Default: `Date.now`. */
  readonly clock?: () => number;
}

/** A log in a file. A plain object: `{ ...log, append }` decorates it. */
export interface SqliteLog extends EventLog {
  /** Takes no more calls, settles those that it took, and closes the file. Leases that were taken here end with it. */
  close(): Promise<void>;
}

/**
 * Keeps runs in a SQLite file that any number of processes of this machine share: each sees what the others append,
 * takes up what one left behind when it died, and all go by one clock.
 *
 * Writes that come together are committed together, and answered after that. When a commit fails, all of them throw.
 *
 * @throws RunwireError `log-unusable` when the file cannot be used: damaged, something else, of a later version, or
 *   where this process may not write. `log-unavailable` when it is locked or the disk is full.
 * @example
 * const log = sqliteLog({ path: "data/runs.db" });
 * const runtime = createRuntime({ agents: [assistant], log });
 */
export function sqliteLog(options: SqliteLogOptions): SqliteLog {
  const { durability = "process", lockMs = 5_000, clock = Date.now } = options;
  checkPath(options.path);
  const path = resolve(options.path);
  const db = openDatabase(path, { durability, lockMs });
  try {
    return logIn(db, { path, lockMs, clock });
  } catch (error) {
    db.close();
    throw explain(error, path);
  }
}

/** The log that an open file holds. */
export function logIn(
  db: DatabaseSync,
  { path, lockMs, clock }: Required<Omit<SqliteLogOptions, "durability">>,
): SqliteLog {
  const store = createStore(db, storeClock(clock), committed);
  const waiting = topics(store);
  const others = watch(db, path, waiting);
  const { read, write, close } = transactions(store, { path, lockMs });

  const events = segments(store);
  const ready = readiness(store);
  const { hold, sweep, leave } = processes(store);
  const leasing = leases(store, hold);
  const append = appending(store, events, ready);
  const create = creating(store, events, ready, leasing);
  const claim = claiming(store, ready, leasing, sweep);
  const renew = renewing(store);
  const send = sending(store, ready);
  const inbox = readingInbox(store);
  const readEvents = reading(store, events);
  const compact = compacting(store, events);
  const old = uncompacted(store);
  const remove = deleting(store, events, ready);
  const list = listing(store);
  // From here on locks are waited for without holding up whatever else this process does.
  db.exec("PRAGMA busy_timeout = 0");

  function committed(topics: ReadonlySet<Topic>): void {
    waiting.notify(topics);
    if (topics.size > 0) others.announce();
  }

  let closing: Promise<void> | undefined;
  async function closeOnce(): Promise<void> {
    const [left] = await Promise.allSettled([write(leave), close()]);
    others.close();
    db.close();
    if (left.status === "rejected") throw left.reason;
  }

  return {
    create: (run) => write(() => create(run)),
    claim: (request) => write(() => claim(request)),
    append: (run, batch) => write(() => append(run, batch)),
    renew: (refs, leaseMs) => write(() => renew(refs, leaseMs)),
    send: (run, command) => write(() => send(run, command)),
    inbox: (run, after, limit) => read(() => inbox(run, after, limit)),
    read: (run, after, limit) => read(() => readEvents(run, after, limit)),
    find: (run) => read(() => list.find(run)),
    wait(topic, signal) {
      const heard = waiting.wait(topic, signal);
      others.start();
      return heard;
    },
    compact: (run, events) => write(() => compact(run, events)),
    // It needs store time, which is known under the lock for writing.
    uncompacted: (query) => write(() => old(query)),
    delete: (what) => write(() => remove(what)),
    threads: {
      get: (thread) => read(() => list.get(thread)),
      list: (query) => read(() => list.list(query)),
      runs: (thread) => read(() => list.runs(thread)),
    },
    close() {
      closing ??= closeOnce();
      return closing;
    },
  };
}
