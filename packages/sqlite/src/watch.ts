import { type FSWatcher, utimesSync, watch as watchFile } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { query } from "./query.ts";
import type { Topics } from "./topics.ts";

/** While somebody waits, the file is looked at this often even when nothing was heard: 0.1 % of a core. */
const backstopMs = 100;
/** Where the system tells nothing of other processes' writes: 1 % of a core. */
const deafMs = 10;
/** Changes in a row that were seen and not heard of, after which the system counts as deaf. */
const deafAfter = 3;
/** However much others write, looking at all topics is followed by a rest of so many times what it took. */
const rest = 10;

/** Hears of what other processes wrote. Nothing runs while nobody waits. */
export interface Watch {
  /** Somebody waits from now on. */
  start(): void;
  /** Tells the others that this process has written. */
  announce(): void;
  close(): void;
}

/**
 * The kernel tells of each write to the file that SQLite logs to, for nothing while there is none. A write is heard
 * before SQLite shows it to others; therefore each process touches that file once more after its commit. `data_version`
 * then says whether it was another one's.
 */
export function watch(db: DatabaseSync, path: string, topics: Topics): Watch {
  const log = `${path}-wal`;
  const dataVersion = query<{ data_version: number }>(db, "PRAGMA data_version");
  let seen = version();
  let watcher: FSWatcher | undefined;
  let backstop: NodeJS.Timeout | undefined;
  let later: NodeJS.Timeout | undefined;
  let restUntil = 0;
  let unheard = 0;
  let closed = false;

  function version(): number | undefined {
    try {
      return dataVersion.get()?.data_version;
    } catch {
      return undefined;
    }
  }

  /** Whether another process wrote since the last time. */
  function look(): boolean {
    const now = version();
    if (now === seen) return false;
    seen = now;
    const from = performance.now();
    topics.compare();
    const to = performance.now();
    restUntil = to + rest * (to - from);
    return true;
  }

  function onWrite(): void {
    unheard = 0;
    if (topics.size === 0 || later !== undefined) return;
    const pause = restUntil - performance.now();
    if (pause < 1) {
      look();
      return;
    }
    later = setTimeout(() => {
      later = undefined;
      look();
    }, pause).unref();
  }

  function tick(): void {
    backstop = undefined;
    if (closed || topics.size === 0) return;
    if (look()) unheard++;
    arm();
  }

  function arm(): void {
    backstop ??= setTimeout(tick, unheard >= deafAfter ? deafMs : backstopMs);
    // A follower keeps its process alive, since others may write for it; one that only waits for work does not.
    if (topics.followed) backstop.ref();
    else backstop.unref();
  }

  function listen(): void {
    try {
      watcher = watchFile(log, { persistent: false }, onWrite);
      watcher.on("error", () => {
        watcher?.close();
        unheard = deafAfter;
      });
    } catch {
      unheard = deafAfter;
    }
  }

  return {
    start() {
      if (closed) return;
      if (watcher === undefined && unheard < deafAfter) listen();
      arm();
    },
    announce() {
      try {
        const now = new Date();
        utimesSync(log, now, now);
      } catch {
        // The backstop of the others will see it.
      }
    },
    close() {
      closed = true;
      watcher?.close();
      clearTimeout(backstop);
      clearTimeout(later);
    },
  };
}
