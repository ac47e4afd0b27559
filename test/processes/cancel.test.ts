import { expect, test } from "vitest";
import { until } from "../until.test.helper.ts";
import { type Stage, setStage } from "./stage.test.helper.ts";
import type { Instance } from "./start-instance.test.helper.ts";
import { stores } from "./stores.test.helper.ts";

/** Nobody gets a run by waiting for it. */
const leaseMs = 600_000;

/** Cancels where nobody works, and waits there for the end. */
async function cancel(stage: Stage, front: Instance, id: string) {
  const run = stage.client(front).follow(id);
  await run.cancel({ reason: "Enough." });
  await expect(run.result).rejects.toMatchObject({ code: "cancelled" });
  const recorded = await stage.check(id);
  const asked = recorded.events.find(({ type }) => type === "cancel.requested");
  expect(asked).toMatchObject({ by: "somebody", reason: "Enough." });
  expect(recorded.events.at(-1)).toMatchObject({ type: "run.cancelled" });
  return recorded;
}

function aborted(stage: Stage, run: string, { pid }: Instance): boolean {
  return stage.notes(run).some((entry) => entry.type === "aborted" && entry.pid === pid);
}

async function talking(stage: Stage, owner: Instance): Promise<string> {
  const run = stage.client(owner).run("talker", "1000000");
  // It is not followed to its end.
  run.result.catch(() => {});
  await until(() => (run.state?.seq ?? 0) > 10);
  return run.id;
}

test.concurrent.for(stores)(
  "$name: a run is cancelled from a process that does not own it",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const [owner, front] = [await stage.start({ leaseMs }), await stage.start({ works: false })];
    const id = await talking(stage, owner);
    const { events } = await cancel(stage, front, id);
    await until(() => aborted(stage, id, owner));
    // The owner itself did it.
    expect(events.filter(({ type }) => type === "run.resumed")).toEqual([]);
  },
);

test.concurrent.for(stores)(
  "$name: a run is cancelled whose owner was killed, and nobody else works",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const [owner, front] = [await stage.start({ leaseMs }), await stage.start({ works: false })];
    const id = await talking(stage, owner);
    await owner.kill();
    const { events } = await cancel(stage, front, id);
    expect(events.filter(({ type }) => type === "run.resumed")).toHaveLength(1);
  },
);

test.concurrent.for(stores)(
  "$name: a run is cancelled whose owner stands still, and who can write nothing when it wakes",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const [owner, front] = [await stage.start({ leaseMs }), await stage.start({ works: false })];
    const id = await talking(stage, owner);
    owner.signal("SIGSTOP");
    const before = await cancel(stage, front, id);
    expect(before.events.find(({ type }) => type === "run.resumed")).toMatchObject({
      cause: "steal",
    });
    owner.signal("SIGCONT");
    await until(() => aborted(stage, id, owner));
    owner.tell(`intrude ${id}`);
    expect(await owner.said("intruded")).toBe(`intruded ${id} closed`);
    expect(await stage.check(id)).toEqual(before);
  },
);

test.concurrent.for(stores)(
  "$name: a run that waits is cancelled, though nobody works",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const [owner, front] = [await stage.start({ leaseMs }), await stage.start({ works: false })];
    const run = stage.client(front).run("signer", "Sign.");
    run.result.catch(() => {});
    await until(() => run.state?.status === "waiting");
    await owner.kill();
    await cancel(stage, front, run.id);
    expect(stage.notes(run.id)).toEqual([]);
  },
);
