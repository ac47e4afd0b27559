import { appendCases, leavingCases } from "./log-cases/append.ts";
import { claimCases, renewCases } from "./log-cases/claim.ts";
import { compactCases } from "./log-cases/compact.ts";
import { createCases } from "./log-cases/create.ts";
import { deleteCases } from "./log-cases/delete.ts";
import { inboxCases } from "./log-cases/inbox.ts";
import type { LogCase } from "./log-cases/kit.ts";
import { limitCases } from "./log-cases/limits.ts";
import { readCases } from "./log-cases/read.ts";
import { threadCases } from "./log-cases/threads.ts";
import { waitCases } from "./log-cases/wait.ts";

/**
 * The contract of `EventLog`, sentence by sentence. Every implementation runs all of it, with any test runner:
 *
 * ```ts
 * for (const { name, run } of eventLogCases) {
 *   test(name, () => run(({ clock }) => memoryLog({ clock })));
 * }
 * ```
 *
 * A log that cannot be given a clock says `{ realTime: true }` as the second argument of `run`; cases that need time
 * to pass then wait for it.
 */
export const eventLogCases: readonly LogCase[] = [
  ...createCases,
  ...claimCases,
  ...renewCases,
  ...appendCases,
  ...leavingCases,
  ...inboxCases,
  ...readCases,
  ...compactCases,
  ...limitCases,
  ...waitCases,
  ...threadCases,
  ...deleteCases,
];
