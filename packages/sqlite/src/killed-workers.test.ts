import { readFileSync, writeFileSync } from "node:fs";
import { createRuntime } from "@runwire/core";
import { checkLog } from "@runwire/core/testing";
import { expect, test } from "vitest";
import { counter, effectsOf } from "./counter.test.helper.ts";
import { useLogs } from "./log.test.helper.ts";
import { start } from "./program.test.helper.ts";
import { eventsOf } from "./runs.test.helper.ts";

const { path, open } = useLogs();

const work = new URL("./work.test.helper.ts", import.meta.url);

test("workers that are killed again and again: every run ends, and no effect happens twice", async () => {
  const at = path();
  const ledger = `${at}-ledger`;
  writeFileSync(ledger, "");
  const log = open({ path: at });
  // It only starts and follows: others do the work.
  const runtime = createRuntime({
    agents: [counter(ledger)],
    log,
    concurrency: 0,
    recover: false,
  });
  try {
    const runs = await Promise.all(
      Array.from({ length: 120 }, async () => {
        const started = await runtime.start({ agent: "counter", input: "Go." });
        if (started.status !== "ok") throw new Error(started.status);
        return started.run;
      }),
    );
    const results = Promise.all(runs.map((run) => runtime.follow(run).result));
    for (let round = 0; round < 4; round++) {
      const workers = [start(work, at, ledger), start(work, at, ledger)];
      await Promise.race([Promise.any(workers.map(({ said }) => said(1 + round))), results]);
      for (const { child, gone } of workers) {
        child.kill("SIGKILL");
        await gone;
      }
    }
    start(work, at, ledger);
    expect(new Set(await results)).toEqual(new Set(["Done."]));
    const effects = readFileSync(ledger, "utf8");
    let resumed = 0;
    for (const run of runs) {
      const { events, epochs } = await eventsOf(log, run);
      const inbox = await log.inbox(run, 0, 100);
      expect(checkLog({ events, epochs, inbox, ledger: effectsOf(effects, run) })).toEqual([]);
      resumed += events.filter((e) => e.type === "run.resumed" && e.cause === "recovery").length;
    }
    expect(resumed).toBeGreaterThan(0);
  } finally {
    await runtime.close();
  }
});
