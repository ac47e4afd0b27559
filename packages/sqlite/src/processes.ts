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
export const identity = (): string =>
  [place(), process.pid, beginning(process.pid) ?? ""].join(" ");

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

/** Ends the leases that a log of this file gave, as if their time were over. */
export interface Processes {
  /** Of all processes that are gone. Without this a run would wait for the end of its lease when its owner was killed. */
  sweep(): void;
  /** Of this log. */
  leave(): void;
}

export function processes(store: Store): Processes {
  const { db } = store;
  const others = query<{ key: number; identity: string }>(
    db,
    "SELECT key, identity FROM processes WHERE key <> ?",
  );
  const forget = query(db, "DELETE FROM processes WHERE key = ?");
  const endLeases = query(
    db,
    `UPDATE runs SET dueAt = ?1
     WHERE dueAt IS NOT NULL AND score IS NULL AND dueAt > ?1 AND worker IS NOT NULL AND process = ?2`,
  );
  let swept = Number.NEGATIVE_INFINITY;

  function remove(key: number): void {
    endLeases.run(store.stamp(), key);
    forget.run(key);
  }
  return {
    sweep() {
      const now = performance.now();
      if (now - swept < sweepMs) return;
      swept = now;
      for (const { key, identity } of others.all(store.process)) if (isGone(identity)) remove(key);
    },
    leave: () => remove(store.process),
  };
}
