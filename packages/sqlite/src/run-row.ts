import type { Lease, RunInfo } from "@runwire/core";

/** A run as the table `runs` has it, with what its thread is called. See the schema. */
export interface RunRow {
  readonly key: number;
  readonly run: string;
  readonly threadKey: number;
  readonly thread: string;
  readonly agent: string;
  readonly principal: string | null;
  readonly previous: string | null;
  readonly digest: string;
  readonly createdAt: number;
  readonly status: RunInfo["status"];
  readonly tail: number;
  readonly tailEpoch: number;
  readonly compacted: 0 | 1;
  readonly commands: number;
  readonly consumed: number;
  readonly epoch: number;
  readonly createdEpoch: number | null;
  readonly worker: string | null;
  readonly dueAt: number | null;
  readonly why: Lease["why"] | null;
  readonly leftEpoch: number | null;
  readonly leftAfter: number | null;
  readonly leftHow: string | null;
  readonly lastFirst: number;
  readonly lastUnits: number;
}

/** To be followed by a condition on `runs`. */
export const selectRun = "SELECT runs.*, thread FROM runs JOIN threads ON threads.key = threadKey";

export function runInfo(row: RunRow): RunInfo {
  const { run, thread, agent, principal, previous, status, tail, createdAt } = row;
  return {
    run,
    thread,
    agent,
    ...(principal !== null && { principal }),
    ...(previous !== null && { previous }),
    status,
    tail,
    createdAt,
  };
}
