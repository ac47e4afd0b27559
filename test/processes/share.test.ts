import { createRuntime } from "@runwire/core";
import { expect, test } from "vitest";
import { cast } from "./agents.test.helper.ts";
import { readRun } from "./read-run.test.helper.ts";
import { setStage } from "./stage.test.helper.ts";
import { stores } from "./stores.test.helper.ts";

/** Enough for all of them to come to the same runs at the same moment again and again. */
const many = 1_000;

test.concurrent.for(stores)(
  `$name: of ${many} runs that are ready, three processes work on each once`,
  { timeout: 60_000 },
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const agents = cast({ note() {}, reached() {} });
    const runtime = createRuntime({ agents, log: stage.log, recover: false });
    onTestFinished(() => runtime.close());
    const runs = await Promise.all(
      Array.from({ length: many }, async () => {
        const started = await runtime.start({ agent: "payer", input: "Pay." });
        if (started.status !== "ok") throw new Error(started.status);
        return started.run;
      }),
    );
    const options = { leaseMs: 600_000, concurrency: 50 };
    await Promise.all([1, 2, 3].map(() => stage.start(options)));
    for (const run of runs) {
      expect(await runtime.follow(run).result).toBe("Paid, or not.");
      const { events, epochs } = await readRun(stage.log, run);
      expect(events.filter(({ type }) => type === "run.resumed")).toEqual([]);
      expect(new Set(epochs.slice(1)).size).toBe(1);
    }
    const effects = stage.notes().filter(({ type }) => type === "effect");
    expect(effects.map(({ run }) => run).sort()).toEqual(runs.sort());
  },
);

const hourMs = 3_600_000;

test.concurrent.for(stores)(
  "$name: processes whose clocks are hours apart share runs, and all end as they should",
  { timeout: 60_000 },
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const front = await stage.start({ works: false });
    const skews = [-hourMs, 0, hourMs];
    const workers = skews.map((skewMs) => stage.start({ skewMs, concurrency: 2 }));
    const client = stage.client(front);
    const runs = Array.from({ length: 20 }, () =>
      client.run("clerk", "Go.", {
        on: { "approval.requested": ({ id }, run) => void run.approve(id) },
      }),
    );
    for (const run of runs) {
      expect(await run.result).toBe("All is done, and all is well.");
      await stage.check(run.id);
    }
    await Promise.all(workers);
  },
);
