import { expect, test } from "vitest";
import { until } from "../until.test.helper.ts";
import { setStage } from "./stage.test.helper.ts";
import type { Instance } from "./start-instance.test.helper.ts";
import { stores } from "./stores.test.helper.ts";

/** Whoever stands still for longer has lost what he held. */
const leaseMs = 700;

/** Lets a process that was stopped go on until it has nothing more to do. */
async function wake(instance: Instance): Promise<void> {
  instance.signal("SIGCONT");
  instance.tell("close 1000");
  expect(await instance.gone).toEqual([0, null]);
}

test.concurrent.for(stores)(
  "$name: a process that stands still in mid-answer loses its run, and when it wakes can write nothing and stops its model",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const front = await stage.start({ works: false });
    const stopped = await stage.start({ leaseMs });
    const run = stage.client(front).run("talker", "1000000");
    await until(() => (run.state?.seq ?? 0) > 10);
    stopped.signal("SIGSTOP");
    await stage.start({ leaseMs });
    await until(() => run.state?.epoch);

    stopped.signal("SIGCONT");
    const { pid } = stopped;
    await until(() => stage.notes(run.id).some((n) => n.type === "aborted" && n.pid === pid));
    stopped.tell(`intrude ${run.id}`);
    expect(await stopped.said("intruded")).toBe(`intruded ${run.id} fenced`);

    await run.cancel();
    await expect(run.result).rejects.toMatchObject({ code: "cancelled" });
    const { events, epochs } = await stage.check(run.id);
    const takenUp = events.findIndex(({ type }) => type === "run.resumed");
    expect(events[takenUp]).toMatchObject({ cause: "recovery" });
    expect(new Set(epochs.slice(0, takenUp)).size).toBe(2);
    expect(new Set(epochs.slice(takenUp)).size).toBe(1);
  },
);

test.concurrent.for(stores)(
  "$name: a process that stands still before a tool begins does not begin it when it wakes",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const front = await stage.start({ works: false });
    const moment = { point: "intended", n: 1, signal: "SIGSTOP" } as const;
    const stopped = await stage.start({ leaseMs, moment });
    const run = stage.client(front).run("payer", "Pay.");
    await stopped.said("struck");
    await stage.start({ leaseMs });
    expect(await run.result).toBe("Paid, or not.");
    await wake(stopped);
    expect(stage.notes(run.id)).toEqual([]);
    const { events } = await stage.check(run.id);
    expect(events.find(({ type }) => type === "tool.failed")).toMatchObject({
      error: { code: "interrupted" },
    });
  },
);

test.concurrent.for(stores)(
  "$name: what a tool had begun when its process was stopped still happens, once, and the log says that it may have",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const front = await stage.start({ works: false });
    const moment = { point: "begun", n: 1, signal: "SIGSTOP" } as const;
    const stopped = await stage.start({ leaseMs, moment });
    const run = stage.client(front).run("payer", "Pay.");
    await stopped.said("struck");
    await stage.start({ leaseMs });
    expect(await run.result).toBe("Paid, or not.");
    const before = await stage.check(run.id);
    await wake(stopped);
    expect(stage.notes(run.id)).toMatchObject([{ type: "effect", attempt: 1 }]);
    expect(await stage.check(run.id)).toEqual(before);
    expect(before.events.find(({ type }) => type === "tool.failed")).toMatchObject({
      error: { code: "interrupted" },
    });
  },
);
