import { Worker } from "node:worker_threads";
import type { EventLog, Lease } from "@runwire/core";
import { foldAll, type RunEvent } from "@runwire/core/protocol";
import { readRun } from "./read-run.test.helper.ts";

/** Where a process can be struck. */
export type Point =
  /** A run was written down that is new, and nobody was told. */
  | "created"
  /** A run was leased, and nothing was done with it. */
  | "claimed"
  /** So many ms after the first claim: in the middle of whatever it does. */
  | "anywhere"
  /** A batch is about to be appended; is on its way; is acknowledged. */
  | "asked"
  | "sent"
  | "acknowledged"
  /** The intent of a call is acknowledged, and its tool has not begun. */
  | "intended"
  /** A tool has begun; has had its effect and not said so. */
  | "begun"
  | "effected"
  /** A run was given back, to wait for a person. */
  | "released";

/** The n-th time, from 1, that a process comes to a point. */
export interface Moment {
  readonly point: Point;
  readonly n: number;
  readonly signal: "SIGKILL" | "SIGSTOP";
}

/** What the thread is told that strikes in the middle of what the process does. */
export interface Blow {
  readonly afterMs: number;
  /** How many runs have to get on first; and a number that never changes. */
  readonly counts: Int32Array;
}

/** Recoveries in a row without progress that a run may have behind it when its process is killed: one less than end it. */
const maxRecoveries = 1;
/** Who has not got on after so long has lost the run. */
const patienceMs = 5_000;

export interface Striker {
  /** The process has come to a point: at its moment it is struck. */
  reached(point: Point): void;
  /** The log, with its points. */
  readonly log: EventLog;
}

/**
 * Strikes this process at its moment. Runs that were taken up several times in vain count as runs that kill their
 * process, and fail: while one of those is here, the moment waits.
 */
export function createStriker(
  log: EventLog,
  moment: Moment | undefined,
  say: (word: "struck") => void,
): Striker {
  const seen = new Map<Point, number>();
  /** Runs that have to get on first. */
  const spared = new Set<string>();
  const counts = new Int32Array(new SharedArrayBuffer(8));

  function free(run: string): void {
    spared.delete(run);
    Atomics.store(counts, 0, spared.size);
  }

  function reached(point: Point): void {
    const times = (seen.get(point) ?? 0) + 1;
    seen.set(point, times);
    if (point === "claimed" && times === 1 && moment?.point === "anywhere") {
      const workerData: Blow = { afterMs: moment.n, counts };
      new Worker(new URL("strike.test.helper.ts", import.meta.url), { workerData });
    }
    if (point !== moment?.point || times < moment.n) return;
    if (moment.signal === "SIGSTOP" ? times === moment.n : spared.size === 0) {
      say("struck");
      process.kill(process.pid, moment.signal);
    }
  }

  async function spare({ run, why }: Lease): Promise<void> {
    if (why !== "recovery") return;
    const state = foldAll((await readRun(log, run)).events);
    if ((state?.recoveries ?? 0) <= maxRecoveries) return;
    spared.add(run);
    Atomics.store(counts, 0, spared.size);
    setTimeout(free, patienceMs, run).unref();
  }

  return {
    reached,
    log: {
      ...log,
      async create(run) {
        const answer = await log.create(run);
        reached("created");
        return answer;
      },
      async claim(request) {
        const leases = await log.claim(request);
        await Promise.all(leases.map(spare));
        if (leases.length > 0) reached("claimed");
        return leases;
      },
      async append(run, batch) {
        reached("asked");
        const answer = log.append(run, batch);
        setImmediate(() => reached("sent"));
        const { status } = await answer;
        if (status !== "ok" || batch.end !== undefined || batch.events.some(isProgress)) {
          free(run);
        }
        reached("acknowledged");
        if (batch.events.some(({ type }) => type === "tool.started")) reached("intended");
        if (batch.events.some(({ type }) => type === "run.waiting")) reached("released");
        return answer;
      },
    },
  };
}

/** What the run does not have to do again. */
function isProgress({ type }: RunEvent): boolean {
  return type === "step.completed" || type === "tool.completed" || type === "tool.failed";
}
