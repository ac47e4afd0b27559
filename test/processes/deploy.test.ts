import { createRuntime } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import { expect, test } from "vitest";
import { until } from "../until.test.helper.ts";
import { cast } from "./agents.test.helper.ts";
import { startBalancer } from "./balancer.test.helper.ts";
import { readRun } from "./read-run.test.helper.ts";
import { setStage } from "./stage.test.helper.ts";
import { stores } from "./stores.test.helper.ts";

test.concurrent.for(stores)(
  "$name: processes are replaced one by one in mid-answer, and a viewer is told all of it once",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const balancer = await startBalancer();
    onTestFinished(() => balancer.close());
    let instance = await stage.start();
    balancer.ports.add(instance.port);
    const told: RunEvent[] = [];
    const run = stage
      .client(balancer)
      .run("talker", "1000000", { on: { event: (e) => void told.push(e) } });
    for (let version = 2; version <= 4; version++) {
      const { epoch } = run.state ?? { epoch: 0 };
      await until(() => (run.state?.seq ?? 0) > version * 10 && run.state?.epoch === epoch);
      const before = instance;
      instance = await stage.start();
      balancer.ports.add(instance.port);
      balancer.ports.delete(before.port);
      before.tell("close 0");
      expect(await before.gone).toEqual([0, null]);
      await until(() => run.state?.epoch !== epoch);
    }
    await run.cancel();
    await expect(run.result).rejects.toMatchObject({ code: "cancelled" });
    const { events } = await stage.check(run.id);
    expect(told).toEqual(events);
    const causes = events.flatMap((e) => (e.type === "run.resumed" ? [e.cause] : []));
    expect(causes).toEqual(["handover", "handover", "handover"]);
  },
);

test.concurrent.for(stores)(
  "$name: a thread is deleted under its owner and its viewers, all of them elsewhere",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const [owner, front, other] = await Promise.all([
      stage.start(),
      stage.start({ works: false }),
      stage.start({ works: false }),
    ]);
    const run = stage.client(front).run("talker", "1000000");
    await until(() => (run.state?.seq ?? 0) > 10);
    const viewer = stage.client(owner).follow(run.id);
    const ends = [run.result, viewer.result].map((end) =>
      expect(end).rejects.toMatchObject({
        code: expect.stringMatching(/gone|not-found/),
      }),
    );
    await until(() => viewer.state);
    await stage.client(other).threads.delete(run.thread);
    await Promise.all(ends);
    await until(() => stage.notes(run.id).some(({ type }) => type === "aborted"));
    owner.tell(`intrude ${run.id}`);
    expect(await owner.said("intruded")).toBe(`intruded ${run.id} gone`);
    expect(await stage.log.find(run.id)).toBeUndefined();
  },
);

/** Enough for all of them to come to the same runs at the same moment again and again. */
const many = 1_000;

test.concurrent.for(stores)(
  `$name: of ${many} runs that are ready, three processes work on each once`,
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
