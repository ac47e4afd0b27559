import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventLog, Lease } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
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

export function started(run: string, thread = "t"): RunEvent {
  return { seq: 1, type: "run.started", protocol: 1, run, thread, agent: "a", messages: [], at: 1 };
}

export function deltas(after: number, count: number, text = "word"): RunEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    seq: after + 1 + i,
    type: "text.delta",
    id: "p3",
    delta: `${text} ${after + 1 + i}`,
  }));
}

export function completed(seq: number): RunEvent {
  const usage = { inputTokens: 1, outputTokens: 1 };
  return { seq, type: "run.completed", finishReason: "stop", usage, at: 2 };
}

/** A new run with a lease of an hour. */
export async function owned(log: EventLog, run: string, thread = "t"): Promise<Lease> {
  const created = await log.create({
    run,
    thread,
    agent: "a",
    busy: "queue",
    digest: "d",
    events: [started(run, thread)],
    owner: { worker: "w", leaseMs: 3_600_000 },
  });
  if (created.status !== "ok" || created.lease === undefined) throw new Error(created.status);
  return created.lease;
}

export async function append(log: EventLog, { run, epoch }: Lease, after: number, count: number) {
  const answer = await log.append(run, { epoch, after, events: deltas(after, count) });
  if (answer.status !== "ok") throw new Error(answer.status);
}

/** All of a run as the seqs that were read, in portions. */
export async function seqsOf(log: EventLog, run: string): Promise<number[]> {
  const seqs: number[] = [];
  for (;;) {
    const read = await log.read(run, { seq: seqs.length }, 1_000);
    if (read.status !== "events") throw new Error(read.status);
    const { frames, count } = read.segment;
    if (count === 0) return seqs;
    for (const [, seq] of frames.matchAll(/^id: (\d+)\./gm)) seqs.push(Number(seq));
  }
}
