import { setTimeout as sleep } from "node:timers/promises";
import { type EventOf, type EventType, foldAll, type RunEvent } from "@runwire/core/protocol";
import { expect, test } from "vitest";
import { until } from "../until.test.helper.ts";
import { type Stage, setStage } from "./stage.test.helper.ts";
import type { Instance } from "./start-instance.test.helper.ts";
import { stores } from "./stores.test.helper.ts";

/** How long an approval is waited for that nobody gives. */
const withinMs = 3_000;

function find<T extends EventType>(events: readonly RunEvent[], type: T): EventOf<T> {
  const found = events.find((event): event is EventOf<T> => event.type === type);
  if (found === undefined) throw new Error(`There is no ${type} among the events.`);
  return found;
}

/** A run of Ann's that nobody holds any more, and what it waits for. */
async function waiting(stage: Stage, instance: Instance, input: string) {
  const gone = new AbortController();
  const run = stage.client(instance, "ann").run("signer", input, { signal: gone.signal });
  await until(() => run.state?.status === "waiting");
  gone.abort();
  const [wait] = run.state?.waiting ?? [];
  if (wait?.type !== "approval") throw new Error("It waits for no approval.");
  const effects = () => stage.notes(run.id).filter(({ type }) => type === "effect");
  return { id: run.id, approval: wait.id, expiresAt: wait.expiresAt ?? 0, effects };
}

test.concurrent.for(stores)(
  "$name: an approval is given after every process was killed, and the log says by whom, when and why",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const before = await stage.start();
    const { id, approval, effects } = await waiting(stage, before, "Sign.");
    await before.kill();
    const after = await stage.start();
    await expect(stage.client(after, "eve").follow(id).approve(approval)).rejects.toMatchObject({
      code: "not-found",
    });
    const run = stage.client(after, "ann").follow(id);
    const asked = Date.now();
    await run.approve(approval, { reason: "It is what we agreed on." });
    expect(await run.result).toBe("That was that.");
    const { events } = await stage.check(id);
    const resolved = find(events, "approval.resolved");
    expect(resolved).toMatchObject({
      approved: true,
      by: "ann",
      reason: "It is what we agreed on.",
      command: expect.any(String),
    });
    // Store time is that of this machine here.
    expect(resolved.at).toBeGreaterThanOrEqual(asked - 1_000);
    expect(resolved.at).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(find(events, "run.resumed")).toMatchObject({ cause: "input" });
    expect(effects()).toHaveLength(1);
  },
);

test.concurrent.for(stores)(
  "$name: an approval that expires while nothing runs has expired when a process comes back",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const before = await stage.start();
    const { id, expiresAt, effects } = await waiting(stage, before, `${withinMs}`);
    await before.kill();
    await sleep(expiresAt + 1 - Date.now());
    const run = stage.client(await stage.start(), "ann").follow(id);
    expect(await run.result).toBe("That was that.");
    const { events } = await stage.check(id);
    expect(find(events, "run.resumed")).toMatchObject({ cause: "timer" });
    expect(find(events, "approval.resolved")).toMatchObject({ approved: false, expired: true });
    expect(effects()).toEqual([]);
  },
);

test.concurrent.for(stores)(
  "$name: an approval expires in a process that never knew of the run, and can be given no more",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const before = await stage.start();
    const { id, approval, effects } = await waiting(stage, before, `${withinMs}`);
    const other = await stage.start();
    await before.kill();
    const run = stage.client(other, "ann").follow(id);
    expect(await run.result).toBe("That was that.");
    await expect(run.approve(approval)).rejects.toMatchObject({ code: "closed" });
    const { events } = await stage.check(id);
    expect(find(events, "run.resumed")).toMatchObject({ cause: "timer" });
    expect(find(events, "approval.resolved")).toMatchObject({ approved: false, expired: true });
    expect(effects()).toEqual([]);
  },
);

test.concurrent.for(stores)(
  "$name: a yes that came in time counts, though nobody works until long after",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const before = await stage.start();
    const front = await stage.start({ works: false });
    const { id, approval, expiresAt, effects } = await waiting(stage, before, `${withinMs}`);
    await before.kill();
    const run = stage.client(front, "ann").follow(id);
    await run.approve(approval);
    await sleep(expiresAt + 1 - Date.now());
    await stage.start();
    expect(await run.result).toBe("That was that.");
    const { events } = await stage.check(id);
    const resolved = find(events, "approval.resolved");
    expect(resolved).toMatchObject({ approved: true, by: "ann" });
    expect(resolved.at).toBeGreaterThan(expiresAt);
    expect(effects()).toHaveLength(1);
  },
);

test.concurrent.for(stores)(
  "$name: a run that waits holds nothing: its process ends by itself, and another one needs no lease to end",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const alone = stage.startAlone();
    const id = (await alone.said("started")).split(" ")[1] ?? "";
    expect(await alone.gone).toEqual([0, null]);
    const { events } = await stage.check(id);
    expect(events.at(-1)).toMatchObject({ type: "run.waiting" });

    // Nor does one that lives on, and would hold a lease for ten minutes.
    const alive = await stage.start({ leaseMs: 600_000 });
    const { id: other, approval, effects } = await waiting(stage, alive, "Sign.");
    alive.signal("SIGSTOP");
    const after = stage.client(await stage.start(), "ann");
    const runs = [after.follow(id), after.follow(other)];
    const asked = foldAll(events)?.waiting[0];
    await runs[0]?.approve(asked?.type === "approval" ? asked.id : "");
    await runs[1]?.approve(approval);
    for (const run of runs) expect(await run.result).toBe("That was that.");
    for (const run of runs) {
      const { events } = await stage.check(run.id);
      expect(find(events, "run.resumed")).toMatchObject({ cause: "input" });
    }
    expect(effects()).toHaveLength(1);
  },
);
