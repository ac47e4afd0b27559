import "../simulation/virtual-time.ts";

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventLog } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { segmentEvents } from "../log/segment.ts";
import type { NewEvent, RunEvent } from "../protocol/events.ts";
import { logOf, started, step, stepDone } from "../protocol/test-log.ts";
import type { TailThreadOptions, ThreadItem } from "../runtime-contract.ts";
import { resetTime, settled, within } from "../simulation/virtual-time.ts";
import { createFeeds } from "./feeds.ts";
import { tailThread } from "./tail.ts";

const end: NewEvent = {
  type: "run.completed",
  finishReason: "stop",
  usage: { inputTokens: 10, outputTokens: 1 },
};

let log: EventLog;
const epochs = new Map<string, number>();
const open: AbortController[] = [];
beforeEach(() => {
  resetTime();
  log = memoryLog();
});
afterEach(async () => {
  for (const controller of open.splice(0)) controller.abort();
  await settled();
});

const eventsOf = (run: string, previous: string | undefined): readonly RunEvent[] =>
  logOf({ ...started, run, ...(previous && { previous }) } as NewEvent, step(1), stepDone(1), end);

/** Begins a run after another one, or from the beginning. */
async function begin(run: string, previous?: string): Promise<void> {
  const created = await log.create({
    run,
    thread: "t",
    agent: "main",
    busy: "reject",
    digest: run,
    ...(previous !== undefined && { previous }),
    events: eventsOf(run, previous).slice(0, 1),
    owner: { worker: "w", leaseMs: 1e9 },
  });
  if (created.status !== "ok" || created.lease === undefined) throw new Error(created.status);
  epochs.set(run, created.lease.epoch);
  await settled();
}

async function finish(run: string): Promise<void> {
  const events = eventsOf(run, undefined).slice(1);
  const epoch = epochs.get(run) ?? 0;
  expect(await log.append(run, { epoch, after: 1, events, end: "close" })).toMatchObject({
    status: "ok",
  });
  await settled();
}

const whole = async (run: string, previous?: string): Promise<void> => {
  await begin(run, previous);
  await finish(run);
};

/** A viewer of the thread, and what it was told: `r1: 1 2 3`, `r1: snapshot 4`, `gone`. */
function view(options: TailThreadOptions = {}) {
  const controller = new AbortController();
  open.push(controller);
  const told: string[] = [];
  let run = options.at?.run;
  const tell = (item: ThreadItem): void => {
    switch (item.type) {
      case "run":
        run = item.run;
        told.push(`${run}:`);
        return;
      case "events":
        told.push(...segmentEvents(item.segment).map(({ seq }) => `${run} ${seq}`));
        return;
      case "snapshot":
        told.push(`${run} snapshot ${item.state.seq}`);
        return;
      default:
        told.push(item.type);
    }
  };
  const done = (async () => {
    const { signal } = controller;
    for await (const item of tailThread(createFeeds(log), "t", { ...options, signal })) {
      tell(item);
    }
  })();
  return { told, done, stop: () => controller.abort() };
}

describe("a thread", () => {
  it("begins with its newest run's state, and goes on with each new run from its first event", async () => {
    await whole("r1");
    const { told } = view();
    await settled();
    expect(told).toEqual(["r1:", "r1 snapshot 4"]);
    await begin("r2", "r1");
    await finish("r2");
    expect(told.slice(2)).toEqual(["r2:", "r2 1", "r2 2", "r2 3", "r2 4"]);
  });

  it("that does not exist yet is waited for", async () => {
    const { told } = view();
    await settled();
    expect(told).toEqual([]);
    await begin("r1");
    expect(told).toEqual(["r1:", "r1 1"]);
    await finish("r1");
    expect(told.at(-1)).toBe("r1 4");
  });

  it("is followed run by run, none left out, by a viewer who was away", async () => {
    await whole("r1");
    await whole("r2", "r1");
    await whole("r3", "r2");
    const { told } = view({ at: { run: "r1", after: { seq: 2 } } });
    await settled();
    expect(told).toEqual([
      ...["r1 3", "r1 4"],
      ...["r2:", "r2 1", "r2 2", "r2 3", "r2 4"],
      ...["r3:", "r3 1", "r3 2", "r3 3", "r3 4"],
    ]);
  });

  it("that branches takes its viewers along at once: nobody waits for the branch that was left", async () => {
    await whole("r1");
    await begin("r2", "r1");
    const { told } = view();
    await settled();
    expect(told).toEqual(["r2:", "r2 snapshot 1"]);
    // Regenerated: another run after the same one, while the first still runs.
    await begin("r3", "r1");
    expect(told.slice(2)).toEqual(["r3:", "r3 1"]);
    await finish("r2");
    expect(told.length).toBe(4);
    await finish("r3");
    expect(told.at(-1)).toBe("r3 4");
  });

  it("that branched while a viewer was away is told of at once, not when something else happens", async () => {
    await whole("r1");
    await begin("r2", "r1");
    await begin("r3", "r1");
    const { told } = view({ at: { run: "r2", after: { seq: 1, epoch: epochs.get("r2") ?? 0 } } });
    await settled();
    expect(told).toEqual(["r3:", "r3 1"]);
  });

  it("is begun with its newest run without a look at all that came before", async () => {
    await whole("r1");
    for (let n = 2; n <= 5; n++) await whole(`r${n}`, `r${n - 1}`);
    const { find } = log;
    const found: string[] = [];
    log = {
      ...log,
      find: async (run) => {
        found.push(run);
        return find(run);
      },
    };
    const { told } = view();
    await settled();
    expect(told).toEqual(["r5:", "r5 snapshot 4"]);
    expect(found).toEqual([]);
  });

  it("is not left for a run that only waits behind the one that is followed", async () => {
    await begin("r1");
    const { told } = view();
    await settled();
    await log.create({
      run: "r2",
      thread: "t",
      agent: "main",
      busy: "queue",
      digest: "r2",
      previous: "r1",
      events: eventsOf("r2", "r1").slice(0, 1),
    });
    await settled();
    expect(told).toEqual(["r1:", "r1 snapshot 1"]);
    await finish("r1");
    expect(told.slice(2)).toEqual(["r1 2", "r1 3", "r1 4", "r2:", "r2 1"]);
  });
});

describe("what is deleted", () => {
  it("is skipped when it is a run: what comes after it is followed", async () => {
    await whole("r1");
    await begin("r2", "r1");
    const { told } = view();
    await settled();
    await log.delete({ run: "r2" });
    await settled();
    expect(told).not.toContain("gone");
    await begin("r3", "r1");
    expect(told.slice(-2)).toEqual(["r3:", "r3 1"]);
  });

  it("is the end when it is the thread", async () => {
    await begin("r1");
    const { told, done } = view();
    await settled();
    await log.delete({ thread: "t" });
    await within(10_000, done);
    expect(told.at(-1)).toBe("gone");
  });

  it("is the end also for a viewer who comes back to it", async () => {
    await whole("r1");
    await log.delete({ thread: "t" });
    const { told, done } = view({ at: { run: "r1", after: { seq: 2 } } });
    await within(10_000, done);
    expect(told).toEqual(["gone"]);
  });
});

it("ends with the signal, wherever it is", async () => {
  const waiting = view();
  await settled();
  waiting.stop();
  await within(1_000, waiting.done);
  await begin("r1");
  const following = view();
  await settled();
  following.stop();
  await within(1_000, following.done);
});
