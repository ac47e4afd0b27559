import "../simulation/virtual-time.ts";

import { describe, expect, it } from "vitest";
import { agent } from "../agent.ts";
import { compacted } from "../log/compaction.ts";
import type { EventLog } from "../log/event-log.ts";
import { readEvents } from "../log/read-run.ts";
import { segmentEvents } from "../log/segment.ts";
import { createDraft } from "../protocol/draft.ts";
import type { RunState } from "../protocol/state.ts";
import type { RuntimeCore, TailItem } from "../runtime-contract.ts";
import { runUntil, settled, within } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { useBench } from "./bench.test.helper.ts";
import { createWorker } from "./create-worker.ts";

const bench = useBench();
const hourMs = 3_600_000;
const words = Array.from({ length: 200 }, (_, n) => `word${n}`).join(" ");

const talker = agent({ name: "a", model: scriptedModel(() => ({ text: words })) });

/** A process that only sweeps. */
const sweeper = (options: { compactAfterMs?: number; deleteAfterMs?: number }, log?: EventLog) =>
  bench().runtime([talker], {
    recover: false,
    retention: options,
    ...(log !== undefined && { log }),
  });

async function ended(runtime: RuntimeCore, thread?: string): Promise<string> {
  const run = await bench().start(runtime, thread === undefined ? {} : { thread, previous: null });
  await bench().end(run);
  return run;
}

const pass = (ms: number) => {
  const until = Date.now() + ms;
  return runUntil(() => Date.now() >= until, ms + 120_000);
};

const tailOf = async (run: string) => (await bench().log.find(run))?.tail ?? 0;
const plain = (state: RunState | undefined) => ({ ...state, seq: 0 });

describe("compaction of ended runs", () => {
  it("rewrites them once they are old enough, and their state stays", async () => {
    const runtime = bench().runtime([talker]);
    const run = await ended(runtime);
    const [tail, before] = [await tailOf(run), await runtime.state(run)];
    sweeper({ compactAfterMs: hourMs });
    await pass(hourMs - 120_000);
    expect(await tailOf(run)).toBe(tail);
    await pass(240_000);
    expect(await tailOf(run)).toBe(7);
    expect(plain(await runtime.state(run))).toEqual(plain(before));
    expect(await bench().log.uncompacted({ ageMs: 0, limit: 10 })).toEqual([]);
  });

  it("leaves runs that are open, and looks only once at what it cannot shorten", async () => {
    const open = agent({ name: "a", model: scriptedModel([{ text: words }], { delayMs: 1e9 }) });
    const short = agent({ name: "b", model: scriptedModel([{ text: "One." }], { chunk: 99 }) });
    const runs = [
      await bench().start(bench().runtime([open])),
      await ended(bench().runtime([short])),
    ];
    const tails = await Promise.all(runs.map(tailOf));
    let reads = 0;
    const read: EventLog["read"] = (run, after, limit) => {
      reads++;
      return bench().log.read(run, after, limit);
    };
    sweeper({ compactAfterMs: 0 }, { ...bench().log, read });
    await pass(180_000);
    expect(reads).toBe(2);
    expect(await Promise.all(runs.map(tailOf))).toEqual(tails);
    expect(await bench().log.uncompacted({ ageMs: 0, limit: 10 })).toEqual([]);
    await bench().log.delete({ run: runs[0] ?? "" });
  });

  it("is safe when many processes do it at once", async () => {
    const runtime = bench().runtime([talker]);
    const runs: string[] = [];
    for (let n = 0; n < 12; n++) runs.push(await ended(runtime));
    const before = await Promise.all(runs.map((run) => runtime.state(run)));
    for (let n = 0; n < 5; n++) sweeper({ compactAfterMs: 0 });
    await pass(180_000);
    expect(await Promise.all(runs.map(tailOf))).toEqual(runs.map(() => 7));
    const after = await Promise.all(runs.map((run) => runtime.state(run)));
    expect(after.map(plain)).toEqual(before.map(plain));
    expect(bench().errors).toEqual([]);
  });

  it("makes nothing of a run that is rewritten or deleted while it is read", async () => {
    const runtime = bench().runtime([talker]);
    const [rewritten, deleted] = [await ended(runtime), await ended(runtime)];
    const inner = bench().log;
    const [first] = await bench().events(rewritten);
    const last = (await bench().events(rewritten)).at(-1);
    const done = new Set<string>();
    const read: EventLog["read"] = async (run, after, limit) => {
      if (after.seq > 0 && !done.has(run)) {
        done.add(run);
        if (run === deleted) await inner.delete({ run });
        else if (first !== undefined && last !== undefined) {
          await inner.compact(run, [first, { ...last, seq: 2 }]);
        }
      }
      return inner.read(run, after, Math.min(limit, 50));
    };
    sweeper({ compactAfterMs: 0 }, { ...inner, read });
    await pass(180_000);
    expect(done.size).toBe(2);
    expect(await tailOf(rewritten)).toBe(2);
    expect(bench().errors).toEqual([]);
    await inner.delete({ run: rewritten });
  });

  it("goes on after the log was down, and stops when the process closes", async () => {
    const run = await ended(bench().runtime([talker]));
    const inner = bench().log;
    let asked = 0;
    const uncompacted: EventLog["uncompacted"] = async (query) => {
      if (asked++ < 2) throw new Error("down");
      return inner.uncompacted(query);
    };
    const runtime = sweeper({ compactAfterMs: 0 }, { ...inner, uncompacted });
    await pass(300_000);
    expect(bench().errors).toEqual([new Error("down"), new Error("down")]);
    expect(await tailOf(run)).toBe(7);
    await within(10_000, runtime.close());
    const before = asked;
    await pass(300_000);
    expect(asked).toBe(before);
  });

  it("leaves a state whole that is folded at the same moment, and the history of the next run", async () => {
    const runtime = bench().runtime([talker]);
    const run = await ended(runtime);
    const before = await runtime.state(run);
    let done = false;
    const read: EventLog["read"] = async (id, after, limit) => {
      if (after.seq > 0 && !done) {
        done = true;
        await bench().log.compact(id, compacted(await bench().events(id)));
      }
      return bench().log.read(id, after, Math.min(limit, 50));
    };
    const web = bench().runtime([talker], { recover: false, log: { ...bench().log, read } });
    const [state] = await within(10_000, web.chain(run));
    expect(done).toBe(true);
    expect(plain(state)).toEqual(plain(before));
  });

  it("is seen by no viewer: who follows goes on from a snapshot, to the same state", async () => {
    const runtime = bench().runtime([talker]);
    const run = await ended(runtime);
    const before = await runtime.state(run);
    const items: TailItem[] = [];
    const draft = { current: createDraft() };
    const over = Promise.withResolvers<void>();
    // Portions of 50 events; the viewer has enough after the first one.
    const read: EventLog["read"] = (id, after, limit) =>
      bench().log.read(id, after, Math.min(limit, 50));
    const web = bench().runtime([talker], { recover: false, log: { ...bench().log, read } });
    const watching = web.watch(
      run,
      {},
      {
        next(item) {
          items.push(item);
          if (item.type === "events") draft.current.applyAll(segmentEvents(item.segment));
          if (item.type === "snapshot")
            draft.current = createDraft<RunState | undefined>(item.state);
          return items.length !== 1;
        },
        end: () => over.resolve(),
      },
    );
    await settled();
    expect(items.map(({ type }) => type)).toEqual(["events"]);
    sweeper({ compactAfterMs: 0 });
    await pass(180_000);
    expect(await tailOf(run)).toBe(7);
    watching.resume();
    await within(10_000, over.promise);
    expect(items.at(-1)?.type).toBe("snapshot");
    expect(plain(draft.current.snapshot())).toEqual(plain(before));
  });
});

describe("deletion of idle threads", () => {
  it("deletes a thread with all its runs once nothing has happened in it for so long", async () => {
    const runtime = bench().runtime([talker]);
    const old = [await ended(runtime, "t1"), await ended(runtime, "t1")];
    await pass(hourMs / 2);
    const newer = await ended(runtime, "t2");
    sweeper({ deleteAfterMs: hourMs });
    await pass(hourMs / 2 - 240_000);
    expect(await bench().log.threads.get("t1")).toBeDefined();
    await pass(480_000);
    expect(await bench().log.threads.get("t1")).toBeUndefined();
    for (const run of old) {
      expect(await readEvents(bench().log, run, { seq: 0 }, 1)).toEqual({ status: "gone" });
    }
    expect(await tailOf(newer)).toBeGreaterThan(0);
    await pass(hourMs);
    expect(await bench().log.threads.list({ limit: 10 })).toEqual([]);
  });

  it("keeps a thread that somebody came back to, and one with a run that waits", async () => {
    const runtime = bench().runtime([talker]);
    const run = await ended(runtime, "t1");
    const waiting = bench().runtime([
      agent({ name: "b", model: scriptedModel([{ text: "Hi" }], { delayMs: 1e9 }) }),
    ]);
    const open = await bench().start(waiting, { thread: "t2" });
    sweeper({ deleteAfterMs: hourMs });
    await pass(hourMs / 2);
    await ended(runtime, "t1");
    await pass(hourMs / 2 + 240_000);
    expect(await tailOf(run)).toBeGreaterThan(0);
    expect((await bench().log.find(open))?.status).toBe("open");
    await bench().log.delete({ run: open });
  });

  it("reaches all of them, however many there are", async () => {
    const { log } = bench();
    const at = Date.now();
    for (let n = 0; n < 120; n++) {
      const [run, thread] = [`old${n}`, `thread${n}`];
      const events = [
        { seq: 1, type: "run.started", protocol: 1, run, thread, agent: "a", messages: [], at },
      ] as const;
      const owner = { worker: "w", leaseMs: hourMs };
      const base = { run, thread, agent: "a", busy: "reject", digest: "d" } as const;
      const created = await log.create({ ...base, events, owner });
      if (created.status !== "ok" || created.lease === undefined) throw new Error("No lease.");
      const usage = { inputTokens: 0, outputTokens: 0 };
      const end = { seq: 2, type: "run.completed", finishReason: "stop", usage, at } as const;
      await log.append(run, { epoch: created.lease.epoch, after: 1, events: [end], end: "close" });
    }
    sweeper({ deleteAfterMs: 1_000 });
    await pass(180_000);
    expect(await log.threads.list({ limit: 10 })).toEqual([]);
  });
});

it("a worker sweeps too, and ages that are none are refused", async () => {
  const run = await ended(bench().runtime([talker]));
  bench().worker([talker], { retention: { compactAfterMs: 0 } });
  await pass(180_000);
  expect(await tailOf(run)).toBe(7);
  for (const compactAfterMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const options = { agents: [talker], log: bench().log, retention: { compactAfterMs } };
    expect(() => createWorker(options)).toThrow("retention.compactAfterMs");
  }
});
