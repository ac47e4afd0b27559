import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { query } from "./query.ts";
import type { Store } from "./store.ts";

/** How often it is looked whether processes are gone. */
const sweepMs = 1_000;

/**
 * Names this process so that others can tell whether it is gone: where its number counts, its number, and when it
 * began, since numbers are given again.
 */
export function identity(): string {
  return [place(), process.pid, beginning(process.pid) ?? ""].join(" ");
}

/** Whether the process is gone for certain. One of another machine or container, or from before a reboot, may live. */
export function isGone(other: string): boolean {
  const [where, number, began] = other.split(" ");
  if (where !== place()) return false;
  const pid = Number(number);
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  return began !== "" && beginning(pid) !== began;
}

/** The machine since it was booted, and the container: process numbers are those of one such place. */
function place(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return encodeURIComponent(hostname());
  }
}

/** When a process began, where Linux tells; `undefined` for one that has ended and is still listed. */
function beginning(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name, in brackets, and may hold anything. (proc_pid_stat(5))
    const [state = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return "ZX".includes(state) ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

/** Who holds leases of a file's runs: the logs, in this process and in others, by which they were taken. */
export interface Processes {
  /** Says that this log takes a lease, and gives the name to write beside it. */
  hold(): string;
  /** Ends the leases of all processes that are gone. Without this their runs would wait until the leases are over. */
  sweep(): void;
  /** Ends the leases of this log. */
  leave(): void;
}

export function processes(store: Store): Processes {
  const { db } = store;
  const leased = "dueAt IS NOT NULL AND score IS NULL AND worker IS NOT NULL";
  const add = query(db, "INSERT INTO processes VALUES (?, ?) ON CONFLICT DO NOTHING");
  const others = query<{ log: string; identity: string }>(
    db,
    "SELECT log, identity FROM processes WHERE log <> ?",
  );
  const remove = query(db, "DELETE FROM processes WHERE log = ?");
  const endLeases = query(
    db,
    `UPDATE runs SET dueAt = ? WHERE ${leased} AND dueAt > ? AND process = ?`,
  );
  const removeIdle = query(
    db,
    `DELETE FROM processes WHERE log NOT IN (SELECT process FROM runs WHERE ${leased})`,
  );
  const self = identity();
  const log = crypto.randomUUID();
  let swept = Number.NEGATIVE_INFINITY;

  function end(log: string): void {
    const now = store.stamp();
    endLeases.run(now, now, log);
    remove.run(log);
  }
  return {
    hold() {
      add.run(log, self);
      return log;
    },
    sweep() {
      const now = performance.now();
      if (now - swept < sweepMs) return;
      // Containers that are gone for good left theirs behind. Who lives comes back with the next lease.
      if (swept < 0) removeIdle.run();
      swept = now;
      for (const { log: other, identity } of others.all(log)) if (isGone(identity)) end(other);
    },
    leave: () => end(log),
  };
}
