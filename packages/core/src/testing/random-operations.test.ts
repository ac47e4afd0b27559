import { describe, expect, test } from "vitest";
import type { EventLog } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import { eventLogRandomCase } from "./random-operations.ts";

const seeds = Array.from({ length: 250 }, (_, seed) => seed);

describe("memoryLog and the reference agree", () => {
  for (const seed of seeds) {
    const { name, run } = eventLogRandomCase(seed);
    test(name, () => run(({ clock }) => memoryLog({ clock })));
  }

  test("also by the log's own clock", async () => {
    for (const seed of seeds.slice(0, 20)) {
      await eventLogRandomCase(seed).run(() => memoryLog(), { realTime: true });
    }
  });
});

/** Mistakes that no case of the conformance suite is about. */
const mistakes: Record<string, (log: EventLog) => Partial<EventLog>> = {
  "a run's second recovery says it was a timer": (log) => {
    const recovered = new Set<string>();
    return {
      async claim(request) {
        const leases = await log.claim(request);
        return leases.map((lease) => {
          const second = lease.why === "recovery" && recovered.has(lease.run);
          if (lease.why === "recovery") recovered.add(lease.run);
          return second ? { ...lease, why: "timer" as const } : lease;
        });
      },
    };
  },
  "the third command's id is forgotten": (log) => ({
    async send(run, command) {
      const answer = await log.send(run, command);
      return answer.status === "ok" && answer.n === 3 ? { status: "ok", n: 4 } : answer;
    },
  }),
};

describe("random operations find", () => {
  test.each(Object.entries(mistakes))("%s", async (_, mistake) => {
    const found = seeds.slice(0, 30).map((seed) =>
      eventLogRandomCase(seed).run(({ clock }) => {
        const log = memoryLog({ clock });
        return { ...log, ...mistake(log) };
      }),
    );
    const results = await Promise.allSettled(found);
    expect(results.map(({ status }) => status)).toContain("rejected");
  });
});
