import { describe, expect, test } from "vitest";
import type { EventLog } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { readEvents } from "../log/read-run.ts";
import { nextMacrotask } from "../macrotask.ts";
import { eventLogCases } from "./conformance.ts";
import { faultyLog } from "./faulty-log.ts";
import { deltas, ending, hourMs, startedEvent } from "./log-cases/kit.ts";

/** What every caller has to do: a throw means unknown, so the identical call is made again. */
function insisting(log: EventLog): EventLog {
  async function insist<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (attempt >= 100) throw error;
      }
    }
  }
  const wrap = <T extends object>(object: T): T =>
    Object.fromEntries(
      Object.entries(object).map(([name, part]) => [
        name,
        typeof part === "function"
          ? (...args: unknown[]) => insist(() => part(...args))
          : wrap(part as object),
      ]),
    ) as T;
  return wrap(log);
}

/** A small life of a run, by the events that are left of it. */
async function life(log: EventLog) {
  const events = [startedEvent("r", "t", "a")];
  const owner = { worker: "w", leaseMs: hourMs };
  const run = { run: "r", thread: "t", agent: "a", busy: "reject", digest: "d" } as const;
  const created = await log.create({ ...run, events, owner });
  const epoch = "lease" in created ? (created.lease?.epoch ?? 0) : 0;
  for (let after = 1; after < 100; after += 3) {
    await log.append("r", { epoch, after, events: deltas(after, 3) });
    await log.send("r", { type: "cancel", id: `c${after}` });
  }
  const consume = (await log.inbox("r", 0, 1_000)).length;
  await log.append("r", { epoch, after: 100, events: [ending(101)], consume, end: "close" });
  const read = await readEvents(log, "r", { seq: 0 }, 1_000);
  return { read: read.status === "events" ? read.events : [], consume };
}

describe("a faulty log", () => {
  test("is right for whoever repeats what was lost", async () => {
    const expected = await life(memoryLog());
    expect(expected.read).toHaveLength(101);
    for (let seed = 0; seed < 50; seed++) {
      const log = faultyLog(memoryLog(), {
        seed,
        fail: 5,
        lose: 5,
        repeat: 5,
        delay: (random) => (random(3) === 0 ? nextMacrotask() : Promise.resolve()),
      });
      expect(await life(insisting(log))).toEqual(expected);
    }
  });

  test("does the same for the same seed", async () => {
    async function faults(seed: number) {
      const log = faultyLog(memoryLog(), { seed, fail: 4, lose: 4 });
      const failed: string[] = [];
      for (let n = 0; n < 40; n++)
        await log.find("r").catch((error: Error) => failed.push(`${n} ${error.message}`));
      return failed;
    }
    const first = await faults(1);
    expect(first.some((fault) => fault.includes("did not get through"))).toBe(true);
    expect(first.some((fault) => fault.includes("was lost"))).toBe(true);
    expect(await faults(1)).toEqual(first);
    expect(await faults(2)).not.toEqual(first);
  });

  test("without faults it is a log like any other", async () => {
    for (const { run } of eventLogCases) {
      await run(({ clock }) => faultyLog(memoryLog({ clock }), { seed: 1 }));
    }
  });

  test("a repeated call is answered as the first", async () => {
    for (const { name, run } of eventLogCases) {
      // A repeated create answers `exists`, and a repeated claim takes more runs.
      const makeLog = ({ clock }: { readonly clock: () => number }) => {
        const { create, claim, ...log } = memoryLog({ clock });
        return { ...faultyLog({ create, claim, ...log }, { seed: 1, repeat: 1 }), create, claim };
      };
      if (!name.startsWith("wait")) await run(makeLog);
    }
  });

  test("lost hints end with their signal, spurious ones come at once", async () => {
    const log = memoryLog();
    const abort = new AbortController();
    let told = false;
    const wait = faultyLog(log, { seed: 1, lose: 1 }).wait("thread:t", abort.signal);
    void wait.then(() => {
      told = true;
    });
    await life(log);
    await nextMacrotask();
    expect(told).toBe(false);
    abort.abort();
    await wait;
    const never = new AbortController().signal;
    await faultyLog(memoryLog(), { seed: 1, repeat: 1 }).wait("ready", never);
  });
});
