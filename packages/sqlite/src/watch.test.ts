import { getEventListeners } from "node:events";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { useLogs } from "./log.test.helper.ts";
import { append, owned } from "./runs.test.helper.ts";

const { path, open } = useLogs();

// The system's part is played by hand here, and by the kernel in processes.test.ts.
const files = vi.hoisted(() => ({ deaf: false, watched: 0, touched: 0 }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const watch = (...args: Parameters<typeof fs.watch>) => {
    files.watched++;
    if (files.deaf) throw new Error("ENOSPC: System limit for number of file watchers reached");
    return fs.watch(...args);
  };
  const utimesSync: typeof fs.utimesSync = (...args) => {
    files.touched++;
    fs.utimesSync(...args);
  };
  return { ...fs, watch, utimesSync };
});

/** The timers by which the log looks for itself. */
function backstops() {
  const timeouts = vi.spyOn(globalThis, "setTimeout");
  onTestFinished(() => timeouts.mockRestore());
  return () =>
    timeouts.mock.results.flatMap(({ value }, i) =>
      timeouts.mock.calls[i]?.[1] === 100 ? [value as NodeJS.Timeout] : [],
    );
}

test("nothing runs and nothing is watched while nobody waits", async () => {
  const timers = backstops();
  files.watched = 0;
  const log = open({ path: path() });
  const lease = await owned(log, "r");
  await append(log, lease, 1, 3);
  expect([files.watched, timers().length]).toEqual([0, 0]);

  const done = new AbortController();
  const hint = log.wait("run:r", done.signal);
  expect([files.watched, timers().length]).toEqual([1, 1]);
  done.abort();
  await hint;
  expect(getEventListeners(done.signal, "abort")).toEqual([]);
  await sleep(250);
  expect(timers().length).toBe(1);
});

test("who waits for work does not keep the process, who follows does", async () => {
  const timers = backstops();
  const log = open({ path: path() });
  await owned(log, "r");
  const done = new AbortController();
  const waiting = [log.wait("ready", done.signal), log.wait("inbox:r", done.signal)];
  expect(timers().map((timer) => timer.hasRef())).toEqual([false]);
  waiting.push(log.wait("thread:t", done.signal));
  expect(timers().map((timer) => timer.hasRef())).toEqual([true]);
  done.abort();
  await Promise.all(waiting);
});

test("where the system tells nothing, it looks by itself", async () => {
  files.deaf = true;
  try {
    const at = path();
    const [here, there] = [open({ path: at }), open({ path: at })];
    const lease = await owned(there, "r");
    const { signal } = new AbortController();
    for (let after = 1; after < 10; after++) {
      const hint = here.wait("run:r", signal);
      await append(there, lease, after, 1);
      await hint;
      expect((await here.find("r"))?.tail).toBe(after + 1);
    }
  } finally {
    files.deaf = false;
  }
});

test("the others are told of what they may wait for, and of nothing else", async () => {
  const log = open({ path: path() });
  const lease = await owned(log, "r");
  files.touched = 0;
  await log.claim({ worker: "w", leaseMs: 1_000, max: 5, agents: ["a"] });
  await log.renew([lease], 60_000);
  await log.find("r");
  expect(files.touched).toBe(0);
  await Promise.all([append(log, lease, 1, 1), append(log, lease, 2, 1)]);
  expect(files.touched).toBe(1);
});

test("a thousand who wait cost those who write nothing they would notice", async () => {
  const at = path();
  const [here, there] = [open({ path: at }), open({ path: at })];
  const lease = await owned(there, "r");
  const done = new AbortController();
  const told: string[] = [];
  const waiting = Array.from({ length: 1_000 }, (_, i) =>
    here.wait(`run:other-${i}`, done.signal).then(() => told.push(`${i}`)),
  );
  const hint = here.wait("run:r", done.signal);
  await append(there, lease, 1, 1);
  await hint;
  await nextTurn();
  expect(told).toEqual([]);
  done.abort();
  await Promise.all(waiting);
});
