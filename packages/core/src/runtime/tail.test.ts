import { describe, expect, it } from "vitest";
import { memoryLog } from "../log/memory-log.ts";
import { segmentEvents } from "../log/segment.ts";
import type { NewEvent } from "../protocol/events.ts";
import { foldAll } from "../protocol/fold.ts";
import { logOf, started, step, stepDone } from "../protocol/test-log.ts";
import type { TailItem, TailOptions } from "../runtime-contract.ts";
import { createFeeds } from "./feeds.ts";
import { tailRun } from "./tail.ts";

const end: NewEvent = {
  type: "run.completed",
  finishReason: "stop",
  usage: { inputTokens: 10, outputTokens: 1 },
};
const whole = logOf(started, step(1), stepDone(1), end);

/** An ended run: its first event of the epoch of its start, the others of one later epoch. */
async function ended() {
  const log = memoryLog();
  await log.create({
    run: "r",
    thread: "t",
    agent: "main",
    busy: "reject",
    digest: "d",
    events: whole.slice(0, 1),
  });
  const [lease] = await log.claim({ worker: "w", leaseMs: 60_000, max: 1, agents: ["main"] });
  if (lease === undefined) throw new Error("No lease.");
  const { epoch } = lease;
  await log.append("r", { epoch, after: 1, events: whole.slice(1), end: "close" });
  const follow = async (options: TailOptions = {}): Promise<readonly unknown[]> => {
    const items: unknown[] = [];
    for await (const item of tailRun(createFeeds(log), "r", options)) items.push(plain(item));
    return items;
  };
  return { log, epoch, follow };
}

/** An item without what a log may leave out. */
const plain = (item: TailItem): unknown =>
  item.type === "events"
    ? { type: "events", events: segmentEvents(item.segment), epoch: item.segment.epoch }
    : item;

const events = (from: number, to: number, epoch: number): unknown => ({
  type: "events",
  events: whole.slice(from, to),
  epoch,
});

describe("tail", () => {
  it("tells a run from its beginning to its end, and by whom each part was written", async () => {
    const { follow, epoch } = await ended();
    expect(await follow()).toEqual([events(0, 1, 0), events(1, 4, epoch)]);
  });

  it("goes on after a cursor", async () => {
    const { follow, epoch } = await ended();
    expect(await follow({ after: { seq: 2, epoch } })).toEqual([events(2, 4, epoch)]);
    expect(await follow({ after: { seq: 2 } })).toEqual([events(2, 4, epoch)]);
    expect(await follow({ after: { seq: 4, epoch } })).toEqual([]);
  });

  it.each([
    ["beyond the tail", { seq: 99 }],
    ["of another history", { seq: 2, epoch: 7 }],
  ])("begins with a snapshot for a cursor %s", async (_, after) => {
    const { follow, epoch } = await ended();
    expect(await follow({ after })).toEqual([{ type: "snapshot", state: foldAll(whole), epoch }]);
  });

  it("begins with a snapshot where one is asked for", async () => {
    const { follow, epoch } = await ended();
    expect(await follow({ snapshot: true })).toEqual([
      { type: "snapshot", state: foldAll(whole), epoch },
    ]);
  });

  it("tells a viewer inside of what was compacted the state", async () => {
    const { log, follow, epoch } = await ended();
    expect(
      await log.compact(
        "r",
        [whole[0], whole[3]].map((event, i) => ({ ...event, seq: i + 1 })) as never,
      ),
    ).toBe("ok");
    const [item] = await follow({ after: { seq: 2, epoch } });
    expect(item).toMatchObject({ type: "snapshot", state: { status: "completed" } });
  });

  it("says that there is no such run, with or without a cursor", async () => {
    const log = memoryLog();
    for (const options of [{}, { snapshot: true }, { after: { seq: 3, epoch: 2 } }]) {
      const items: TailItem[] = [];
      for await (const item of tailRun(createFeeds(log), "none", options)) items.push(item);
      expect(items).toEqual([{ type: "gone" }]);
    }
  });
});
