import { agent, createRuntime, type EventLog, tool } from "@runwire/core";
import { checkLog, type Effect, faultyLog, lastOutput, scriptedModel } from "@runwire/core/testing";
import { expect, test } from "vitest";
import { useLogs } from "./log.test.helper.ts";
import { eventsOf } from "./runs.test.helper.ts";

const { path, open } = useLogs();

type RunEffect = Effect & { readonly run: string };

function counter(effects: RunEffect[]) {
  return agent({
    name: "counter",
    model: scriptedModel([
      {
        text: "Let me count that.",
        calls: [
          { name: "count", input: {} },
          { name: "count", input: {} },
        ],
      },
      (request) => ({ text: `Counted ${JSON.stringify(lastOutput(request, "count"))}.` }),
    ]),
    tools: {
      count: tool({
        description: "Counts",
        execute: async (_, { call, attempt, run }) => {
          effects.push({ call, attempt, run });
          return { counted: true };
        },
      }),
    },
  });
}

test("two runtimes on one file finish all runs, whatever calls fail, are lost or come twice", async () => {
  const at = path();
  const logs = [open({ path: at }), open({ path: at })];
  const effects: RunEffect[] = [];
  const faults: unknown[] = [];
  const runtimes = logs.map((log, seed) =>
    createRuntime({
      agents: [counter(effects)],
      log: faultyLog(log, { seed, fail: 12, lose: 12, repeat: 12 }),
      concurrency: 3,
      leaseMs: 600,
      onError: (error) => faults.push(error),
    }),
  );
  try {
    const runs = await Promise.all(
      Array.from({ length: 16 }, async (_, i) => {
        const runtime = runtimes[i % 2];
        // A start is a call as any other, and is repeated under the run's id.
        const start = () =>
          runtime?.start({ agent: "counter", input: "Go.", run: `run_${i}`.padEnd(20, "x") });
        for (let attempt = 0; ; attempt++) {
          const started = await start()?.catch((error: unknown) => {
            if (attempt > 20) throw error;
          });
          if (started?.status === "ok") return started.run;
        }
      }),
    );
    for (const [i, run] of runs.entries()) {
      // Followed where it was not started.
      const result = await runtimes[(i + 1) % 2]?.follow(run).result;
      expect(result).toBe('Counted {"counted":true}.');
    }
    for (const run of runs) {
      const log = logs[0] as EventLog;
      const { events, epochs } = await eventsOf(log, run);
      const inbox = await log.inbox(run, 0, 100);
      const ledger = effects.filter((effect) => effect.run === run);
      expect(checkLog({ events, epochs, inbox, ledger })).toEqual([]);
    }
    expect(faults.length).toBeGreaterThan(0);
  } finally {
    await Promise.all(runtimes.map((runtime) => runtime.close()));
  }
});

test("a runtime that was closed hands its runs over to the next one on the file", async () => {
  const at = path();
  const slow = agent({
    name: "counter",
    model: scriptedModel([{ text: "one two three four five six seven eight" }], { delayMs: 20 }),
  });
  const first = open({ path: at });
  const runtime = createRuntime({ agents: [slow], log: first });
  const run = runtime.run("counter", "Go.");
  for await (const event of run) if (event.type === "text.delta") break;
  await runtime.close({ deadlineMs: 0 });
  await first.close();

  const second = open({ path: at });
  const next = createRuntime({ agents: [slow], log: second });
  try {
    expect(await next.follow(run.id).result).toBe("one two three four five six seven eight");
    const { events, epochs } = await eventsOf(second, run.id);
    expect(checkLog({ events, epochs })).toEqual([]);
    expect(events.filter(({ type }) => type === "run.resumed")).toMatchObject([
      { cause: "handover" },
    ]);
  } finally {
    await next.close();
  }
});
