import "../simulation/virtual-time.ts";

import { beforeEach, describe, expect, it } from "vitest";
import type { EventLog, Lease, LeaseRef, RenewResult } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { deferred } from "../signal.ts";
import { resetTime, runUntil, settled } from "../simulation/virtual-time.ts";
import { createLeases, type Leases } from "./leases.ts";
import type { Worker } from "./worker.ts";

beforeEach(resetTime);

const leaseMs = 9_000;

function lease(run: string, epoch = 1): Lease {
  const now = Date.now();
  return {
    run,
    epoch,
    thread: "t",
    tail: 1,
    done: 0,
    inbox: 0,
    now,
    until: now + leaseMs,
    why: "new",
  };
}

interface Fake {
  readonly worker: Worker;
  readonly held: () => boolean;
  /** What it was told: `lost`, or the inbox's tail. */
  readonly told: unknown[];
  end(): void;
}

/** Leases whose renewals are answered by the test. */
function open(renew: (refs: readonly LeaseRef[]) => Promise<readonly RenewResult[]>) {
  const renewals: { readonly at: number; readonly runs: readonly string[] }[] = [];
  const errors: unknown[] = [];
  const log: EventLog = {
    ...memoryLog(),
    renew(refs) {
      renewals.push({ at: Date.now(), runs: refs.map(({ run }) => run) });
      return renew(refs);
    },
  };
  const leases = createLeases(log, leaseMs, (error) => errors.push(error));
  return { leases, renewals, errors };
}

function take(leases: Leases, given: Lease): Fake {
  const over = deferred();
  const told: unknown[] = [];
  let held = (): boolean => false;
  const worker = leases.take(given, performance.now(), (isHeld) => {
    held = isHeld;
    return {
      run: given.run,
      epoch: given.epoch,
      done: over.promise,
      noticeInbox: (tail) => void told.push(tail),
      lose: () => {
        told.push("lost");
        over.resolve();
      },
      handOver: () => {},
    };
  });
  return { worker, told, held: () => held(), end: () => over.resolve() };
}

const ok = async (refs: readonly LeaseRef[]): Promise<readonly RenewResult[]> =>
  refs.map(() => ({ status: "ok", until: Date.now() + leaseMs, inbox: 3 }));
const pass = (ms: number): Promise<boolean> => {
  const end = Date.now() + ms;
  setTimeout(() => {}, ms);
  return runUntil(() => Date.now() >= end, ms);
};

describe("renewal", () => {
  it("is one call for all leases, three times in a lease's length, and tells of the inbox", async () => {
    const { leases, renewals } = open(ok);
    const [one, two] = [take(leases, lease("r1")), take(leases, lease("r2"))];
    await pass(3 * leaseMs);
    expect(renewals.length).toBe(9);
    expect(renewals.every(({ runs }) => runs.join() === "r1,r2")).toBe(true);
    expect(one.held() && two.held()).toBe(true);
    expect(new Set(one.told)).toEqual(new Set([3]));
    leases.close();
  });

  it("stops when nothing is left to renew, and begins again", async () => {
    const { leases, renewals } = open(ok);
    take(leases, lease("r1")).end();
    await pass(leaseMs);
    expect([renewals.length, leases.size]).toEqual([0, 0]);
    take(leases, lease("r2"));
    await pass(leaseMs);
    expect(renewals.length).toBeGreaterThan(1);
    leases.close();
  });

  it("ends the worker whose lease somebody else has", async () => {
    const { leases } = open(async (refs) =>
      refs.map(({ run }) =>
        run === "r1" ? { status: "fenced" } : { status: "ok", until: 0, inbox: 0 },
      ),
    );
    const [one, two] = [take(leases, lease("r1")), take(leases, lease("r2"))];
    await pass(leaseMs / 2);
    expect([one.told, leases.has("r1")]).toEqual([["lost"], false]);
    expect([two.told, leases.has("r2")]).toEqual([[0], true]);
    leases.close();
  });
});

describe("a log that does not answer", () => {
  it("keeps nothing alive: by the monotonic clock the lease runs out", async () => {
    const { leases, errors } = open(async () => {
      throw new Error("down");
    });
    const one = take(leases, lease("r1"));
    await pass(leaseMs - 1);
    expect([one.told, one.held()]).toEqual([[], true]);
    await pass(leaseMs / 2);
    expect([one.told, one.held(), leases.size]).toEqual([["lost"], false, 0]);
    expect(errors.length).toBeGreaterThan(1);
    leases.close();
  });

  it("does not even have to refuse: hanging is enough", async () => {
    const { leases } = open(() => new Promise(() => {}));
    const one = take(leases, lease("r1"));
    await pass(2 * leaseMs);
    expect([new Set(one.told), leases.size]).toEqual([new Set(["lost"]), 0]);
    leases.close();
  });

  it("may come back in time", async () => {
    let down = true;
    const { leases } = open(async (refs) => {
      if (down) throw new Error("down");
      return ok(refs);
    });
    const one = take(leases, lease("r1"));
    await pass(leaseMs / 2);
    down = false;
    await pass(3 * leaseMs);
    expect(one.held()).toBe(true);
    expect(one.told).not.toContain("lost");
    leases.close();
  });
});

describe("take", () => {
  it("gives the worker that is there for the same lease, and replaces an older one", () => {
    const { leases } = open(ok);
    const first = take(leases, lease("r1", 5));
    expect(take(leases, lease("r1", 5)).worker).toBe(first.worker);
    expect(take(leases, lease("r1", 4)).worker).toBe(first.worker);
    const newer = take(leases, lease("r1", 6));
    expect(newer.worker).not.toBe(first.worker);
    expect([first.told, leases.size]).toEqual([["lost"], 1]);
    leases.close();
  });

  it("counts the lease from before it was asked for: its answer may have been long on its way", async () => {
    const { leases } = open(() => new Promise(() => {}));
    const given = lease("r1");
    const askedAt = performance.now();
    await pass(leaseMs - 10);
    let held = (): boolean => true;
    leases.take(given, askedAt, (isHeld) => {
      held = isHeld;
      return {
        run: "r1",
        epoch: 1,
        done: new Promise(() => {}),
        noticeInbox() {},
        lose() {},
        handOver() {},
      };
    });
    expect(held()).toBe(true);
    await pass(20);
    expect(held()).toBe(false);
    leases.close();
  });

  it("tells who waits for room", async () => {
    const { leases } = open(ok);
    const one = take(leases, lease("r1"));
    let freed = false;
    void leases.freed().then(() => {
      freed = true;
    });
    await settled();
    expect(freed).toBe(false);
    one.end();
    await settled();
    expect([freed, leases.size]).toEqual([true, 0]);
    leases.close();
  });
});
