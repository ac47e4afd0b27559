import "../simulation/virtual-time.ts";

import { beforeEach, describe, expect, it } from "vitest";
import type { Append, EventLog, Lease } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { createDraft } from "../protocol/draft.ts";
import type { NewEvent } from "../protocol/events.ts";
import { logOf, started, step, stepDone } from "../protocol/test-log.ts";
import { resetTime, runUntil, settled, within } from "../simulation/virtual-time.ts";
import { RunWriter } from "./writer.ts";

beforeEach(resetTime);

interface Opened {
  readonly writer: RunWriter;
  readonly log: EventLog;
  readonly lease: Lease;
  /** What was appended, as it was asked for. */
  readonly appends: Append[];
  readonly errors: unknown[];
  /** How often the writer woke its loop. */
  readonly woken: () => number;
}

/** A run that has just begun, and the writer of its owner. `append` stands before the log's. */
async function open(
  options: {
    readonly append?: (inner: EventLog["append"]) => EventLog["append"];
    readonly held?: () => boolean;
    readonly now?: () => number;
  } = {},
): Promise<Opened> {
  const inner = memoryLog();
  const appends: Append[] = [];
  const append = options.append?.(inner.append) ?? inner.append;
  const log: EventLog = {
    ...inner,
    append: (run, batch) => {
      appends.push(batch);
      return append(run, batch);
    },
  };
  const events = logOf(started);
  const created = await log.create({
    run: "r",
    thread: "t",
    agent: "main",
    busy: "reject",
    digest: "d",
    events,
    owner: { worker: "w", leaseMs: 10_000 },
  });
  if (created.status !== "ok" || created.lease === undefined) throw new Error("No lease.");
  const { lease } = created;
  const errors: unknown[] = [];
  let woken = 0;
  const draft = createDraft();
  draft.applyAll(events);
  const writer = new RunWriter({
    log,
    lease,
    draft,
    now: options.now ?? Date.now,
    held: options.held ?? (() => true),
    wake: () => void woken++,
    onError: (error) => void errors.push(error),
  });
  return { writer, log, lease, appends, errors, woken: () => woken };
}

const text: NewEvent = { type: "text.started", id: "p" };
const delta = (delta = "x"): NewEvent => ({ type: "text.delta", id: "p", delta });
const deltas = (count: number) => Array.from({ length: count }, () => delta());
const sizes = (appends: readonly Append[]) => appends.map(({ events }) => events.length);
const message = (id: string) => ({ id, role: "user" as const, parts: [] });
const cmd = (id: string) => ({ type: "message" as const, id, message: message(`m-${id}`) });

describe("push", () => {
  it("numbers and folds at once, and the log has it after the macrotask, in one append", async () => {
    const { writer, appends, log } = await open();
    writer.push([step(1)]);
    writer.push([text, delta("a")]);
    writer.push([delta("b")]);
    expect(writer.seq).toBe(5);
    expect(writer.state.messages.at(-1)?.parts).toMatchObject([{ text: "ab" }]);
    expect(appends).toEqual([]);
    await runUntil(() => appends.length > 0, 1_000);
    expect(sizes(appends)).toEqual([4]);
    expect((await log.find("r"))?.tail).toBe(5);
  });

  it("appends at 64 events, one batch at a time; the next forms behind it", async () => {
    const replies: (() => void)[] = [];
    const { writer, appends } = await open({
      append: (inner) => async (run, batch) => {
        const answer = await inner(run, batch);
        await new Promise<void>((resolve) => replies.push(resolve));
        return answer;
      },
    });
    writer.push([step(1), text, ...deltas(62)]);
    await settled();
    expect(sizes(appends)).toEqual([64]);
    for (let i = 0; i < 200; i++) writer.push([delta()]);
    await settled();
    expect(sizes(appends)).toEqual([64]);
    replies.shift()?.();
    await settled();
    expect(sizes(appends)).toEqual([64, 200]);
    replies.shift()?.();
    expect(await within(1_000, writer.flushed())).toBe(true);
  });

  it("asks its producers to pause while the log is far behind", async () => {
    let answer = (): void => {};
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { writer } = await open({
      append: (inner) => async (run, batch) => {
        await slow;
        return inner(run, batch);
      },
    });
    writer.push([step(1), text, ...deltas(1_000)]);
    expect(writer.full).toBe(false);
    writer.push(deltas(200));
    expect(writer.full).toBe(true);
    const room = writer.drained();
    answer();
    await within(1_000, room);
    expect(writer.full).toBe(false);
  });

  it("refuses what is too large before anything happened", async () => {
    const { writer } = await open();
    writer.push([step(1), text]);
    expect(() => writer.push([delta("fine"), delta("x".repeat(300_000))])).toThrow(
      /over the limit/,
    );
    expect([writer.seq, writer.ended]).toEqual([3, undefined]);
    writer.push([delta("on")]);
    expect(await within(1_000, writer.flushed())).toBe(true);
  });

  it("cuts what does not fit one append", async () => {
    const { writer, appends } = await open();
    writer.push([step(1), text]);
    for (let i = 0; i < 4; i++) writer.push([delta("x".repeat(200_000))]);
    expect(await within(1_000, writer.flushed())).toBe(true);
    expect(sizes(appends)).toEqual([4, 2]);
  });

  it("writes nothing that breaks the order", async () => {
    const { writer, log } = await open();
    expect(() => writer.push([stepDone(1)])).toThrow(/order rule 8/);
    expect(writer.ended).toBe("broken");
    writer.push([step(1)]);
    expect(await writer.flushed()).toBe(false);
    expect(await writer.conclude([], { release: 0 })).toBe("ended");
    expect((await log.find("r"))?.tail).toBe(1);
  });

  it("never lets time run backwards", async () => {
    let now = Date.now() + 5_000;
    const { writer, appends } = await open({ now: () => now });
    writer.push([step(1)]);
    now -= 4_000;
    writer.push([stepDone(1)]);
    await within(1_000, writer.flushed());
    const [first, second] = (appends[0]?.events ?? []).map((event) => "at" in event && event.at);
    expect(second).toBe(first);
  });
});

describe("a log that throws", () => {
  it("is asked the same again until it answers", async () => {
    let left = 3;
    const { writer, appends, errors, log } = await open({
      append: (inner) => async (run, batch) => {
        // Once before it happened, and twice after: the reply is lost.
        if (left === 3) {
          left--;
          throw new Error("not sent");
        }
        const answer = await inner(run, batch);
        if (left-- > 0) throw new Error("no reply");
        return answer;
      },
    });
    writer.push([step(1), text]);
    const flushed = writer.flushed();
    writer.push([delta()]);
    expect(await within(10_000, flushed)).toBe(true);
    expect(await within(10_000, writer.flushed())).toBe(true);
    expect(new Set(appends.slice(0, 4)).size).toBe(1);
    expect(errors.length).toBe(3);
    expect((await log.find("r"))?.tail).toBe(4);
  });

  it("is given up with the lease", async () => {
    let held = true;
    const { writer, woken } = await open({
      append: () => async () => {
        throw new Error("down");
      },
      held: () => held,
    });
    writer.push([step(1)]);
    const flushed = writer.flushed();
    await runUntil(() => Date.now() > 1_800_000_000_000 + 3_000, 10_000);
    expect(writer.ended).toBeUndefined();
    held = false;
    expect(await within(10_000, flushed)).toBe(false);
    expect(writer.ended).toBe("lost");
    expect(woken()).toBeGreaterThan(0);
  });
});

describe("a lease that is over", () => {
  it.each([
    [
      "fenced",
      async (log: EventLog) => void (await log.claim({ ...claim, steal: true, run: "r" })),
    ],
    ["gone", async (log: EventLog) => void (await log.delete({ run: "r" }))],
  ])("ends the writer: %s", async (why, happens) => {
    const { writer, log } = await open();
    await happens(log);
    writer.push([step(1)]);
    expect(await within(1_000, writer.flushed())).toBe(false);
    expect(writer.ended).toBe(why);
  });

  it("ends the writer when somebody else has written", async () => {
    const { writer } = await open({ append: () => async () => ({ status: "gap", tail: 7 }) });
    writer.push([step(1)]);
    expect(await within(1_000, writer.flushed())).toBe(false);
    expect(writer.ended).toBe("fenced");
  });

  const claim = { worker: "other", leaseMs: 1_000, max: 1, agents: ["main"] };
});

describe("conclude", () => {
  const end: NewEvent = {
    type: "run.completed",
    finishReason: "stop",
    usage: { inputTokens: 10, outputTokens: 1 },
  };

  it("writes what is left, then the end and nothing after it", async () => {
    const { writer, appends, log } = await open();
    writer.push([step(1), stepDone(1)]);
    expect(await within(1_000, writer.conclude([end], "close"))).toBe("ok");
    expect(writer.ended).toBe("closed");
    expect(sizes(appends)).toEqual([2, 1]);
    expect(await log.find("r")).toMatchObject({ status: "ended", tail: 4 });
  });

  it("drops the end over a command that came first, and goes on", async () => {
    const { writer, log } = await open();
    writer.push([step(1), stepDone(1)]);
    await log.send("r", cmd("c1"));
    expect(await within(1_000, writer.conclude([end], "close"))).toBe("inbox");
    expect([writer.ended, writer.seq, writer.inbox]).toEqual([undefined, 3, 1]);
    writer.push([{ type: "message.received", message: message("m2"), command: "c1" }], 1);
    expect(await within(1_000, writer.conclude([end], "close"))).toBe("ok");
    expect((await log.find("r"))?.tail).toBe(5);
  });

  it("is repeated when its reply is lost, and is the end all the same", async () => {
    let lost = false;
    const { writer } = await open({
      append: (inner) => async (run, batch) => {
        const answer = await inner(run, batch);
        if (batch.end === undefined || lost) return answer;
        lost = true;
        throw new Error("no reply");
      },
    });
    writer.push([step(1), stepDone(1)]);
    expect(await within(10_000, writer.conclude([end], "close"))).toBe("ok");
    expect(lost).toBe(true);
  });
});

describe("commands", () => {
  it("are consumed by the very batch that answers them", async () => {
    const { writer, log, appends } = await open();
    for (const id of ["c1", "c2", "c3"]) await log.send("r", cmd(id));
    // Each answer fills most of a batch: a cut between two must leave the later ones to the next owner.
    for (const n of [1, 2, 3]) {
      const parts = [{ type: "text" as const, text: "x".repeat(200_000) }];
      writer.push(
        [
          {
            type: "message.received",
            message: { id: `m${n + 5}`, role: "user", parts },
            command: `c${n}`,
          },
        ],
        n,
      );
    }
    expect(writer.done).toBe(3);
    expect(await within(1_000, writer.flushed())).toBe(true);
    expect(appends.map(({ consume, events }) => [events.length, consume])).toEqual([
      [2, 2],
      [1, 3],
    ]);
  });

  it("are told of by the answer to an append, and by a hint, once each", async () => {
    const { writer, log, woken } = await open();
    await log.send("r", cmd("c1"));
    writer.push([step(1)]);
    await within(1_000, writer.flushed());
    expect([writer.inbox, woken()]).toEqual([1, 1]);
    writer.noticeInbox(1);
    expect(woken()).toBe(1);
    writer.noticeInbox(2);
    expect([writer.inbox, woken()]).toEqual([2, 2]);
  });
});
