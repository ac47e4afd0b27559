import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EventLog, memoryLog } from "@runwire/core";
import { type SqliteLog, sqliteLog } from "@runwire/sqlite";
import { words } from "./client/script.ts";
import { type Contestant, check, interleave, type Outcome, spread } from "./measure.ts";
import { inProcess, toProcess } from "./sqlite/latency.ts";
import { appendAll, openRun, readAll } from "./sqlite/runs.ts";
import { format, type Section, type Table } from "./table.ts";

const rounds = 9;
const single = words(50_000);

/** What a log on disk costs, beside the one in memory. */
export async function sqlite(): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), "runwire-bench-"));
  const logs: SqliteLog[] = [];
  const open = (name: string, durability: "process" | "power" = "process") => {
    const path = join(folder, `${name}.db`);
    const log = sqliteLog({ path, durability });
    logs.push(log);
    return { path, log };
  };
  try {
    const process = open("process");
    const power = open("power", "power");
    const latency = open("latency");
    const appends = await interleave(
      [
        appending("memoryLog", memoryLog(), 20_000),
        appending("sqliteLog", process.log, 20_000),
        appending("sqliteLog, durability power", power.log, 4_000),
        appending("sqliteLog, 16 runs at once", process.log, 40_000, 16),
        appending("sqliteLog, durability power, 16 runs at once", power.log, 20_000, 16),
      ],
      rounds,
    );
    return {
      title: "A log in a file",
      note: "By the clock, since a disk is in it: /tmp of this machine. Appends of 20 text deltas, each after the one before it on the same run was acknowledged; 16 runs share a commit. The run that is read was appended event by event. Delays are from the call of an append of one event to when a follower that waits for it has read it.",
      tables: [
        speeds("Appends", appends),
        speeds("Reads", await interleave(await readers(process.log), rounds)),
        await delays(latency, open("latency-power", "power")),
        await idle(latency.path),
      ],
    };
  } finally {
    for (const log of logs) await log.close();
    rmSync(folder, { recursive: true });
  }
}

let runs = 0;

function appending(name: string, log: EventLog, count: number, atOnce = 1): Contestant {
  const texts = words(count / atOnce);
  return {
    name,
    async sample() {
      const names = Array.from({ length: atOnce }, () => `run-${runs++}`);
      const leases = await Promise.all(names.map((run) => openRun(log, run)));
      const from = performance.now();
      await Promise.all(leases.map((lease) => appendAll(log, lease, texts, 20)));
      const ms = performance.now() - from;
      for (const run of names) {
        check((await log.find(run))?.tail === texts.length + 1, `${name}: all events`);
        await log.delete({ thread: `thread of ${run}` });
      }
      return (1_000 * ms) / count;
    },
  };
}

async function readers(log: SqliteLog): Promise<readonly Contestant[]> {
  const memory = memoryLog();
  const reading = async (name: string, log: EventLog): Promise<Contestant> => {
    await appendAll(log, await openRun(log, "read"), single, 1);
    return {
      name,
      async sample() {
        const from = performance.now();
        const count = await readAll(log, "read");
        const ms = performance.now() - from;
        check(count === single.length + 1, `${name}: all events`);
        return (1_000 * ms) / count;
      },
    };
  };
  return [await reading("memoryLog", memory), await reading("sqliteLog", log)];
}

function speeds(caption: string, outcomes: readonly Outcome[]): Table {
  return {
    caption,
    head: ["", "events/s", "µs per event", "quartiles"],
    rows: outcomes.map(({ name, median, low, high }) => [
      name,
      format(1e6 / median),
      format(median),
      `${format(low)} – ${format(high)}`,
    ]),
  };
}

async function delays(
  process: { readonly path: string; readonly log: SqliteLog },
  power: { readonly path: string; readonly log: SqliteLog },
): Promise<Table> {
  const rows = [
    ["memoryLog, same process", await inProcess(memoryLog(), "here")],
    ["sqliteLog, same process", await inProcess(process.log, "here")],
    ["sqliteLog, another process", await toProcess(process.log, process.path, "there")],
    [
      "sqliteLog, durability power, another process",
      await toProcess(power.log, power.path, "there"),
    ],
  ] as const;
  return {
    caption: "From an append to a follower",
    head: ["", "ms", "quartiles"],
    rows: rows.map(([name, all]) => {
      const { median, low, high } = spread(all);
      return [name, format(median), `${format(low)} – ${format(high)}`];
    }),
  };
}

/** What a process costs that follows a run in which nothing happens, while nobody writes. */
async function idle(path: string): Promise<Table> {
  const seconds = 10;
  const child = fork(new URL("./sqlite/follow.ts", import.meta.url), [path, "there"], {
    execArgv: process.execArgv,
  });
  const cpuMs = (): Promise<number> =>
    new Promise((resolve) => {
      const answered = (message: unknown): void => {
        // The others are delays of events that it read meanwhile.
        if (typeof message !== "object" || message === null || !("cpuMs" in message)) return;
        child.off("message", answered);
        resolve(Number(message.cpuMs));
      };
      child.on("message", answered);
      child.send("cost");
    });
  try {
    await once(child, "message");
    // The rest of what is there is read soon.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const before = await cpuMs();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    const percent = ((await cpuMs()) - before) / (10 * seconds);
    return {
      caption: "A process that waits",
      head: ["", "% of a core"],
      rows: [["sqliteLog, one follower, nobody writes", format(percent)]],
    };
  } finally {
    child.kill("SIGKILL");
  }
}
