import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@runwire/client";
import type { AgentMapOf, EventLog } from "@runwire/core";
import { checkLog } from "@runwire/core/testing";
import type { Handler } from "@runwire/server";
import { expect } from "vitest";
import { type cast, idempotentTools } from "./agents.test.helper.ts";
import type { InstanceOptions } from "./instance-options.test.helper.ts";
import { type Note, notesOf } from "./ledger.test.helper.ts";
import { openLog } from "./open-log.test.helper.ts";
import { type Recorded, readRun } from "./read-run.test.helper.ts";
import { type Instance, startInstance } from "./start-instance.test.helper.ts";
import { type Program, startProgram } from "./start-program.test.helper.ts";
import type { Store } from "./stores.test.helper.ts";

type Agents = AgentMapOf<ReturnType<typeof cast>>;

/** One store, and the processes that share it. All of it is gone with the test, whatever came of it. */
export interface Stage {
  /** The log, seen by the test itself. */
  readonly log: EventLog;
  /** A process that works, unless it is told otherwise. */
  start(options?: Partial<InstanceOptions>): Promise<Instance>;
  /** One that starts a run and does not serve: see `wait-alone.test.helper.ts`. */
  startAlone(): Program;
  client(instance: Pick<Instance, "url">, user?: string): Client<Agents>;
  /** What models and tools wrote down, about one run or all of them. */
  notes(run?: string): readonly Note[];
  /** The run as the log has it, which must keep all rules, with no effect that it does not know of. */
  check(run: string): Promise<Recorded>;
}

export async function setStage(
  store: Store,
  onTestFinished: (end: () => Promise<void>) => void,
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "runwire-processes-"));
  const programs: Program[] = [];
  const ends: (() => Promise<void>)[] = [];
  let over = false;
  onTestFinished(async () => {
    over = true;
    await Promise.all(programs.map(({ kill }) => kill()));
    for (const end of ends.reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  });
  const { where, stop } = await store.open(folder);
  ends.push(stop);
  const { log, close } = await openLog(where);
  ends.push(close);
  const ledger = join(folder, "ledger");
  return {
    log,
    async start(options) {
      if (over) throw new Error("The test is over.");
      const { leaseMs } = store;
      return startInstance(
        { ...{ where, ledger, works: true, concurrency: 8, leaseMs }, ...options },
        (program) => programs.push(program),
      );
    },
    startAlone() {
      const program = startProgram(new URL("wait-alone.test.helper.ts", import.meta.url), {
        where,
      });
      programs.push(program);
      return program;
    },
    client: ({ url }, user = "somebody") =>
      createClient<Handler<Agents>>({ url, headers: { "x-user": user } }),
    notes: (run) => notesOf(ledger, run),
    async check(run) {
      const recorded = await readRun(log, run);
      const effects = notesOf(ledger, run).filter((entry) => entry.type === "effect");
      const problems = checkLog({
        ...recorded,
        inbox: await log.inbox(run, 0, 1_000),
        ledger: effects,
        idempotent: (tool) => idempotentTools.has(tool),
      });
      expect(problems, run).toEqual([]);
      return recorded;
    },
  };
}
