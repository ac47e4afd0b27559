import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  eventLogCases,
  eventLogRandomCase,
  faultyLog,
  type LogCase,
  type LogCaseOptions,
  type MakeLog,
} from "@runwire/core/testing";
import { afterAll, describe, test } from "vitest";
import { sqliteLog } from "./sqlite-log.ts";

const folder = mkdtempSync(join(tmpdir(), "runwire-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

async function run(
  { run }: LogCase,
  make: (...args: Parameters<MakeLog>) => ReturnType<typeof sqliteLog>,
  options?: LogCaseOptions,
): Promise<void> {
  const opened: ReturnType<typeof sqliteLog>[] = [];
  try {
    await run((given) => {
      const log = make(given);
      opened.push(log);
      return log;
    }, options);
  } finally {
    for (const log of opened) await log.close();
  }
}

const own = () => join(folder, `${files++}.db`);

describe("sqliteLog", () => {
  for (const one of eventLogCases) {
    test(one.name, () => run(one, ({ clock }) => sqliteLog({ path: own(), clock })));
  }
});

describe("sqliteLog by its own clock, all in one file", () => {
  const path = own();
  for (const one of eventLogCases) {
    test(one.name, () => run(one, () => sqliteLog({ path }), { realTime: true }));
  }
});

describe("sqliteLog behind a slow network that repeats calls", () => {
  for (const one of eventLogCases) {
    // A wait that is repeated comes at once; a repeated create answers `exists`, a repeated claim takes more runs.
    if (one.name.startsWith("wait")) continue;
    test(one.name, () =>
      run(one, ({ clock }) => {
        const log = sqliteLog({ path: own(), clock });
        const delay = (random: (below: number) => number) =>
          random(4) === 0 ? nextTurn() : Promise.resolve();
        const { close, create, claim } = log;
        return { ...faultyLog(log, { seed: 1, repeat: 1, delay }), close, create, claim };
      }),
    );
  }
});

describe("sqliteLog and the reference agree", () => {
  for (let seed = 0; seed < 40; seed++) {
    const one = eventLogRandomCase(seed);
    test(one.name, () => run(one, ({ clock }) => sqliteLog({ path: own(), clock })));
  }
});
