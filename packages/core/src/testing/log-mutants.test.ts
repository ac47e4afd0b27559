import { describe, expect, test } from "vitest";
import { memoryLog } from "../log/memory-log.ts";
import { eventLogCases } from "./conformance.ts";
import { appendMutants } from "./log-mutants/append.ts";
import { claimMutants } from "./log-mutants/claim.ts";
import { createMutants } from "./log-mutants/create.ts";
import type { Mutant } from "./log-mutants/mutant.ts";
import { readMutants } from "./log-mutants/read.ts";
import { retentionMutants } from "./log-mutants/retention.ts";
import { sendMutants } from "./log-mutants/send.ts";
import { waitMutants } from "./log-mutants/wait.ts";

async function failures({ mutate }: Mutant): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of eventLogCases) {
    const makeLog = ({ clock }: { readonly clock: () => number }) => {
      const log = memoryLog({ clock });
      return { ...log, ...mutate(log) };
    };
    await run(makeLog, { patienceMs: 100 }).catch(() => failed.push(name));
  }
  return failed;
}

describe.each(
  Object.entries({
    append: appendMutants,
    claim: claimMutants,
    create: createMutants,
    read: readMutants,
    retention: retentionMutants,
    send: sendMutants,
    wait: waitMutants,
  }),
)("the suite notices a broken log: %s", (_, mutants) => {
  test.each(Object.entries(mutants))("%s", async (_, mutant) => {
    expect(await failures(mutant)).toContain(mutant.caughtBy);
  });
});
