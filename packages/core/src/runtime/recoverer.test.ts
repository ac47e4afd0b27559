import "../simulation/virtual-time.ts";

import { beforeEach, describe, expect, it } from "vitest";
import type { ClaimRequest, EventLog, Lease } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { deferred } from "../signal.ts";
import { resetTime, runUntil, settled, within } from "../simulation/virtual-time.ts";
import { recover } from "./recoverer.ts";

beforeEach(resetTime);

const lease = (run: string): Lease => ({
  run,
  epoch: 1,
  thread: "t",
  tail: 1,
  done: 0,
  inbox: 0,
  now: 0,
  until: 1_000,
  why: "new",
});

function open(options: { readonly runs?: string[]; readonly room?: number } = {}) {
  const { runs = [] } = options;
  let room = options.room ?? 10;
  const controller = new AbortController();
  const claims: ClaimRequest[] = [];
  const taken: string[] = [];
  const errors: unknown[] = [];
  let freed = deferred();
  let ready = deferred();
  let failing = false;
  const log: EventLog = {
    ...memoryLog(),
    wait: (_, signal) =>
      Promise.race([
        ready.promise,
        new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
      ]),
    async claim(request) {
      claims.push(request);
      if (failing) throw new Error("down");
      return runs.splice(0, request.max).map(lease);
    },
  };
  const done = recover({
    log,
    claim: { worker: "w", leaseMs: 1_000, agents: ["a"] },
    free: () => room,
    freed: () => freed.promise,
    take: ({ run }) => {
      room--;
      taken.push(run);
    },
    onError: (error) => void errors.push(error),
    signal: controller.signal,
  });
  return {
    claims,
    taken,
    errors,
    runs,
    stop: () => {
      controller.abort();
      return within(5_000, done);
    },
    hint: () => {
      const before = ready;
      ready = deferred();
      before.resolve();
    },
    free: () => {
      room++;
      const before = freed;
      freed = deferred();
      before.resolve();
    },
    fail: (value: boolean) => {
      failing = value;
    },
  };
}

describe("recover", () => {
  it("takes what is ready, as much as it has room for", async () => {
    const { taken, claims, stop } = open({ runs: ["r1", "r2", "r3"], room: 2 });
    await settled();
    expect(taken).toEqual(["r1", "r2"]);
    expect(claims).toEqual([{ worker: "w", leaseMs: 1_000, agents: ["a"], max: 2 }]);
    await stop();
  });

  it("claims again at a hint, and without one every second", async () => {
    const { taken, runs, hint, stop } = open();
    await settled();
    runs.push("r1");
    hint();
    await settled();
    expect(taken).toEqual(["r1"]);
    runs.push("r2");
    const before = Date.now();
    await runUntil(() => taken.length > 1, 10_000);
    expect(Date.now() - before).toBeLessThanOrEqual(1_000);
    await stop();
  });

  it("asks for nothing while it is full, and goes on when a place is free", async () => {
    const { taken, claims, free, stop } = open({ runs: ["r1", "r2"], room: 1 });
    await runUntil(() => Date.now() >= 1_800_000_005_000, 10_000);
    expect([taken, claims.length]).toEqual([["r1"], 1]);
    free();
    await settled();
    expect(taken).toEqual(["r1", "r2"]);
    await stop();
  });

  it("lives through a log that is down", async () => {
    const { taken, runs, errors, fail, stop } = open();
    fail(true);
    runs.push("r1");
    await runUntil(() => errors.length >= 2, 10_000);
    expect(taken).toEqual([]);
    fail(false);
    await runUntil(() => taken.length > 0, 10_000);
    expect(taken).toEqual(["r1"]);
    await stop();
  });

  it("ends at once when it is told to", async () => {
    const { claims, stop } = open();
    await settled();
    const before = Date.now();
    await stop();
    expect([claims.length, Date.now() - before]).toEqual([1, 0]);
  });
});
