import "../simulation/virtual-time.ts";

import { beforeEach, describe, expect, it } from "vitest";
import { resetTime, within } from "../simulation/virtual-time.ts";
import { persist } from "./persist.ts";

beforeEach(resetTime);

/** Fails so many times, and then answers. */
function failing(times: number) {
  const at: number[] = [];
  const call = async (): Promise<string> => {
    at.push(Date.now());
    if (at.length <= times) throw new Error(`no ${at.length}`);
    return "yes";
  };
  return { call, at };
}

describe("persist", () => {
  it("asks again until it is answered, later and later, up to a second apart", async () => {
    const { call, at } = failing(9);
    expect(
      await within(
        60_000,
        persist(call, () => true),
      ),
    ).toBe("yes");
    const pauses = at.slice(1).map((time, i) => time - (at[i] ?? 0));
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]);
  });

  it("gives up when it is told to, with the newest error", async () => {
    const { call, at } = failing(9);
    const seen: unknown[] = [];
    const tries = persist(call, (error, attempt) => {
      seen.push([(error as Error).message, attempt]);
      return attempt < 2;
    });
    await expect(within(60_000, tries)).rejects.toThrow("no 3");
    expect([at.length, seen]).toEqual([
      3,
      [
        ["no 1", 0],
        ["no 2", 1],
        ["no 3", 2],
      ],
    ]);
  });
});
