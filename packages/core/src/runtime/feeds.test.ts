import "../simulation/virtual-time.ts";

import { beforeEach, describe, expect, it } from "vitest";
import type { EventLog, Topic } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { segmentEvents } from "../log/segment.ts";
import { logOf, started, step, stepDone } from "../protocol/test-log.ts";
import type { TailItem } from "../runtime-contract.ts";
import { resetTime, runUntil, settled, within } from "../simulation/virtual-time.ts";
import { createFeeds } from "./feeds.ts";
import { tailRun } from "./tail.ts";

beforeEach(resetTime);

/** A log with one open run, that counts who reads and who waits. */
async function open() {
  const inner = memoryLog();
  const created = await inner.create({
    run: "r",
    thread: "t",
    agent: "main",
    busy: "reject",
    digest: "d",
    events: logOf(started),
    owner: { worker: "w", leaseMs: 1e9 },
  });
  if (created.status !== "ok" || created.lease === undefined) throw new Error("No lease.");
  const { epoch } = created.lease;
  let reads = 0;
  let failures = 0;
  const waiting = new Map<Topic, number>();
  const log: EventLog = {
    ...inner,
    async read(run, after, limit) {
      reads++;
      if (failures > 0) {
        failures--;
        throw new Error("down");
      }
      return inner.read(run, after, limit);
    },
    async wait(topic, signal) {
      waiting.set(topic, (waiting.get(topic) ?? 0) + 1);
      await inner.wait(topic, signal);
      waiting.set(topic, (waiting.get(topic) ?? 0) - 1);
    },
  };
  const events = logOf(started, step(1), stepDone(1), step(2), stepDone(2));
  return {
    log,
    inner,
    epoch,
    feeds: createFeeds(log),
    reads: () => reads,
    waiting: () => waiting.get("run:r") ?? 0,
    fail: (times: number) => {
      failures = times;
    },
    /** Appends the events after `seq`, up to `to`. */
    append: (after: number, to: number) =>
      inner.append("r", { epoch, after, events: events.slice(after, to) }),
  };
}

/** A viewer that takes everything as it comes. */
function view(items: AsyncIterable<TailItem>) {
  const got: TailItem[] = [];
  const done = (async () => {
    for await (const item of items) got.push(item);
  })();
  done.catch(() => {});
  return { got, done };
}
const seqs = (items: readonly TailItem[]) =>
  items.flatMap((item) =>
    item.type === "events" ? segmentEvents(item.segment).map(({ seq }) => seq) : [],
  );

describe("viewers of one run", () => {
  it("share one listener, each read, and the very segment", async () => {
    const { feeds, reads, waiting, append } = await open();
    const viewers = Array.from({ length: 50 }, () => view(tailRun(feeds, "r")));
    await settled();
    expect([waiting(), reads()]).toEqual([1, 3]);
    await append(1, 3);
    await settled();
    expect(viewers.every(({ got }) => seqs(got).join() === "1,2,3")).toBe(true);
    expect([waiting(), reads()]).toEqual([1, 4]);
    const segments = viewers
      .map(({ got }) => got.at(-1))
      .map((item) => item?.type === "events" && item.segment);
    expect(new Set(segments).size).toBe(1);
    feeds.close();
    await Promise.all(viewers.map(({ done }) => done));
  });

  it("that come later are served from what the others read", async () => {
    const { feeds, reads, append } = await open();
    const [first] = [view(tailRun(feeds, "r")), view(tailRun(feeds, "r"))];
    await settled();
    await append(1, 5);
    await settled();
    const before = reads();
    const late = view(tailRun(feeds, "r"));
    await settled();
    expect(seqs(late.got)).toEqual(seqs(first.got));
    expect(reads() - before).toBeLessThanOrEqual(1);
    feeds.close();
  });

  it("leave nothing behind when they go", async () => {
    const { feeds, waiting } = await open();
    const controllers = Array.from({ length: 10 }, () => new AbortController());
    const viewers = controllers.map(({ signal }) => view(tailRun(feeds, "r", { signal })));
    await settled();
    expect(waiting()).toBe(1);
    for (const controller of controllers) controller.abort();
    await within(1_000, Promise.all(viewers.map(({ done }) => done)));
    await settled();
    expect(waiting()).toBe(0);
  });

  it("leave nothing behind when they stop in the middle", async () => {
    const { feeds, waiting } = await open();
    for await (const item of tailRun(feeds, "r")) if (item.type === "events") break;
    await settled();
    expect(waiting()).toBe(0);
  });
});

describe("a viewer", () => {
  it("who does not read costs nothing", async () => {
    const { feeds, reads, append } = await open();
    const items = tailRun(feeds, "r");
    await items.next();
    for (let after = 1; after < 3; after++) {
      await append(after, after + 1);
      await runUntil(() => false, 10);
    }
    // Two portions wait to be taken: that is all there ever are.
    const before = reads();
    for (let after = 3; after < 5; after++) {
      await append(after, after + 1);
      await runUntil(() => false, 10);
    }
    expect(reads()).toBe(before);
    const rest: TailItem[] = [];
    while (seqs(rest).length < 4) rest.push((await items.next()).value as TailItem);
    expect(seqs(rest)).toEqual([2, 3, 4, 5]);
    await items.return(undefined);
  });

  it("finds what no hint told of", async () => {
    const { log, feeds, append } = await open();
    const deaf: EventLog = { ...log, wait: (_, signal) => log.wait("run:nobody", signal) };
    const viewer = view(tailRun(createFeeds(deaf), "r"));
    await settled();
    await append(1, 3);
    const before = Date.now();
    await runUntil(() => seqs(viewer.got).length === 3, 60_000);
    expect(Date.now() - before).toBeLessThanOrEqual(5_000);
    feeds.close();
  });

  it("who is overtaken again and again while it catches up is told all, also when nothing more comes", async () => {
    const { inner, log, append } = await open();
    const held: (() => void)[] = [];
    let hold = false;
    const feeds = createFeeds({
      ...log,
      async read(run, after, limit) {
        // Answered at once, and heard of late: but for the first viewer, who is at the tail.
        const late = hold;
        hold = false;
        const read = await inner.read(run, after, limit);
        if (late) await new Promise<void>((resolve) => held.push(resolve));
        return read;
      },
    });
    const first = view(tailRun(feeds, "r", { after: { seq: 1 } }));
    await settled();
    hold = true;
    const second = view(tailRun(feeds, "r", { after: { seq: 1 } }));
    await settled();
    await append(1, 2);
    await settled();
    held.pop()?.();
    hold = true;
    await settled();
    await append(2, 3);
    await runUntil(() => seqs(first.got).length === 2, 1_000);
    held.pop()?.();
    await settled();
    await runUntil(() => seqs(second.got).length === 2, 60_000);
    expect(seqs(first.got)).toEqual([2, 3]);
    expect(seqs(second.got)).toEqual([2, 3]);
    feeds.close();
  });

  it("lives through a log that is down for a moment", async () => {
    const { feeds, fail, append } = await open();
    const viewer = view(tailRun(feeds, "r"));
    await settled();
    fail(4);
    await append(1, 3);
    await runUntil(() => seqs(viewer.got).length === 3, 10_000);
    expect(seqs(viewer.got)).toEqual([1, 2, 3]);
    feeds.close();
  });

  it("is told when the log stays down", async () => {
    const { feeds, fail } = await open();
    fail(1_000);
    await expect(within(60_000, view(tailRun(feeds, "r")).done)).rejects.toThrow("down");
  });

  it("ends with the runtime, and does not spin", async () => {
    const { feeds, reads } = await open();
    const viewer = view(tailRun(feeds, "r"));
    await settled();
    feeds.close();
    await within(1_000, viewer.done);
    const before = reads();
    await within(1_000, view(tailRun(feeds, "r")).done);
    expect(reads() - before).toBe(0);
  });
});

describe("a run that is deleted", () => {
  it("is gone for those who watch it and for those who come", async () => {
    const { inner, feeds } = await open();
    const viewer = view(tailRun(feeds, "r"));
    await settled();
    await inner.delete({ run: "r" });
    await within(10_000, viewer.done);
    expect(viewer.got.at(-1)).toEqual({ type: "gone" });
    const late = view(tailRun(feeds, "r"));
    await within(10_000, late.done);
    expect(late.got).toEqual([{ type: "gone" }]);
  });

  it("is told from no cache to those who come while others are still there", async () => {
    const { inner, feeds } = await open();
    const slow = tailRun(feeds, "r");
    await slow.next();
    await inner.delete({ run: "r" });
    const first = view(tailRun(feeds, "r", { after: { seq: 1 } }));
    await within(10_000, first.done);
    const late = view(tailRun(feeds, "r"));
    await within(10_000, late.done);
    expect(late.got).toEqual([{ type: "gone" }]);
    await slow.return(undefined);
  });
});
