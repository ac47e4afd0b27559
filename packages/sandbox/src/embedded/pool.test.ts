import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Guest } from "./guest.ts";
import { guestPool } from "./pool.ts";

function guests() {
  const started: { alive: boolean }[] = [];
  const start = async (): Promise<Guest> => {
    const guest = {
      alive: true,
      send() {},
      listen() {},
      async kill() {
        guest.alive = false;
      },
    };
    started.push(guest);
    return guest;
  };
  return { started, start, alive: () => started.filter(({ alive }) => alive).length };
}

describe("guestPool", () => {
  test("starts nothing before it is used, then keeps some ready", async () => {
    const { started, start } = guests();
    const pool = guestPool({ warm: 2, concurrency: 1, start });
    await turn();
    expect(started).toHaveLength(0);
    const first = await pool.take();
    await turn();
    expect(started).toHaveLength(3);
    const second = await pool.take();
    expect(second).not.toBe(first);
    expect(started.indexOf(second as never)).toBe(1);
    await pool.close();
  });

  test("gives no guest twice, and none that died while it waited", async () => {
    const { started, start } = guests();
    const pool = guestPool({ warm: 1, concurrency: 1, start });
    const taken = new Set([await pool.take()]);
    await turn();
    const [, waiting] = started;
    if (waiting !== undefined) waiting.alive = false;
    for (let n = 0; n < 5; n++) taken.add(await pool.take());
    expect(taken.size).toBe(6);
    expect(taken.has(waiting as never)).toBe(false);
    await pool.close();
  });

  test("lets so many work at once, and the others in their order", async () => {
    const pool = guestPool({ warm: 0, concurrency: 2, start: guests().start });
    const order: number[] = [];
    let most = 0;
    let now = 0;
    const work = (n: number) => async () => {
      most = Math.max(most, ++now);
      order.push(n);
      await turn();
      now--;
      if (n === 1) throw new Error("one fails");
    };
    const results = await Promise.allSettled([0, 1, 2, 3, 4].map((n) => pool.slot(work(n))));
    expect(results.map(({ status }) => status === "rejected")).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
    expect([most, order]).toEqual([2, [0, 1, 2, 3, 4]]);
  });

  test("a start that fails is the taker's, and is tried again", async () => {
    const { start } = guests();
    let failures = 1;
    const pool = guestPool({
      warm: 1,
      concurrency: 1,
      start: () => (failures-- > 0 ? Promise.reject(new Error("not now")) : start()),
    });
    await expect(pool.take()).rejects.toThrow("not now");
    expect((await pool.take()).alive).toBe(true);
    await pool.close();
  });

  test("close ends all of them, also those that are starting", async () => {
    const { start, alive } = guests();
    const pool = guestPool({ warm: 3, concurrency: 1, start });
    await pool.take();
    const late = pool.take();
    await pool.close();
    await late.catch(() => {});
    expect(alive()).toBe(0);
    await expect(pool.take()).rejects.toMatchObject({ code: "closed" });
  });
});
