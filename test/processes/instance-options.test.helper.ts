import type { Moment } from "./moment.test.helper.ts";
import type { Where } from "./open-log.test.helper.ts";

/** What a process is told when it starts. */
export interface InstanceOptions {
  readonly where: Where;
  /** The file for what happens outside of the log. */
  readonly ledger: string;
  /** Whether it runs agents; otherwise it only serves. */
  readonly works: boolean;
  readonly concurrency: number;
  readonly leaseMs: number;
  /** By how much its clock is wrong. */
  readonly skewMs?: number;
  /** When it is struck by a signal. */
  readonly moment?: Moment;
}
