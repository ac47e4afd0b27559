// First, and alone: the loop takes hold of the timers when it is loaded.
import "./virtual-time.ts";

import type { EventLog } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import type { RunEvent } from "../protocol/events.ts";
import { createRandom, type Random } from "../testing/random-log/random.ts";
import { checkRun } from "./check-run.ts";
import { failoverLog } from "./failover-log.ts";
import { seedGlobals } from "./seed-globals.ts";
import { type SimWorld, simAgents } from "./sim-agents.ts";
import { type SimProcess, simProcess, type Weather } from "./sim-process.ts";
import { type SimUsers, simUsers } from "./sim-users.ts";
import { resetTime, runUntil, settled } from "./virtual-time.ts";

export interface SimOptions {
  readonly seed: number;
  /** Makes the store wrong in one rule: operations that take the place of the given log's. */
  readonly mutate?: (log: EventLog) => Partial<EventLog>;
  /**
   * A replica takes over that had not heard of everything. What was lost with it nobody can keep, so the effects of
   * intents from before are not looked at. Instead of processes that stand still: there are two owners anyway.
   */
  readonly failover?: true;
}

/** What came of one simulation. */
export interface SimReport {
  /** Every promise that was not kept. */
  readonly problems: readonly string[];
  /** The logs of its runs. */
  readonly logs: readonly (readonly RunEvent[])[];
}

/** How long the troubles last at most; and how long it may take to the end once they are over. */
const chaosMs = 20_000;
const calmMs = 600_000;
const leaseMs = 3_000;
/** One call in so many, or its reply, is lost. */
const troubleOneIn = 25;

/**
 * A few processes on one log, in virtual time: they crash, stand still for longer than a lease, lose replies and hints,
 * while people steer, decide, cancel and repeat themselves through whichever process is up. All of it is chosen by the
 * seed.
 */
export async function simulate({ seed, mutate, failover }: SimOptions): Promise<SimReport> {
  resetTime();
  const random = createRandom(seed * 7_919 + 1);
  const restore = seedGlobals(createRandom(seed + 1));
  const world: SimWorld = { seed, random, ledger: [], heard: new Set() };
  const weather: Weather = {
    trouble: random.oneIn(4) ? undefined : troubleOneIn,
    latencyMs: random.int(12),
  };
  const replicated = failoverLog((clock) => {
    const log = memoryLog({ clock });
    return { ...log, ...mutate?.(log) };
  });
  const { store, ended } = watched(replicated.log);
  const processes: SimProcess[] = [];
  const boot = (): void => {
    const agents = (process: SimProcess) => simAgents(world, process);
    const name = `p${processes.length}`;
    processes.push(simProcess({ name, store, random, weather, leaseMs, agents }));
  };
  const up = (): readonly SimProcess[] => processes.filter(({ alive }) => alive);
  const stuck = (): boolean => processes.some(({ paused }) => paused);
  const users = simUsers(store, random, up);
  const until = Date.now() + random.int(chaosMs) + (failover ? chaosMs : 0);
  let lost = Number.NEGATIVE_INFINITY;
  const loseSome = async (): Promise<void> => {
    // Not so early that a run is lost as a whole.
    await pause(3_000 + random.int(chaosMs));
    replicated.failover(random.int(400));
    lost = Date.now() + 2 * weather.latencyMs;
    ended.clear();
    users.forget();
  };
  try {
    for (let i = 2 + random.int(2); i > 0; i--) boot();
    const runs = startRuns(random, up);
    void makeTrouble({ random, until, up, boot, pauses: !failover });
    if (failover) void loseSome();
    for (const run of runs) void bePeople({ random, until, run, users, ended, stuck });
    await runUntil(() => Date.now() >= until, 2 * chaosMs);
    weather.trouble = undefined;
    for (const process of processes) process.resume();
    // Whoever is about to close counts for nothing.
    boot();
    await runUntil(() => runs.every((run) => ended.has(run)), calmMs);
    const logs: (readonly RunEvent[])[] = [];
    const problems = processes.flatMap(({ name, errors }) =>
      errors.map((error) => `${name}: ${error instanceof Error ? error.message : String(error)}`),
    );
    for (const run of runs) {
      const checked = await checkRun(store, run, world, lost);
      problems.push(...checked.problems);
      logs.push(checked.events);
    }
    return { problems: problems.map((problem) => `seed ${seed}: ${problem}`), logs };
  } finally {
    for (const process of processes) process.kill();
    await settled();
    restore();
  }
}

/** The log, and which of its runs have ended, told at once. */
function watched(log: EventLog): { readonly store: EventLog; readonly ended: Set<string> } {
  const ended = new Set<string>();
  const append: EventLog["append"] = async (run, batch) => {
    const answer = await log.append(run, batch);
    if (answer.status === "ok" && batch.end === "close") ended.add(run);
    return answer;
  };
  return { store: { ...log, append }, ended };
}

const never = new Promise<undefined>(() => {});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One run, or two: in a thread each, or one after the other in the same. Started by whoever answers first. */
function startRuns(random: Random, up: () => readonly SimProcess[]): readonly string[] {
  const together = random.oneIn(2);
  const runs = random.oneIn(2) ? ["r1"] : ["r1", "r2"];
  void (async () => {
    for (const run of runs) {
      const thread = together ? "t1" : `t-${run}`;
      for (let status: string | undefined; status !== "ok"; ) {
        const processes = up();
        const request = {
          agent: "planner",
          input: `task ${run}`,
          run,
          thread,
          busy: "queue",
        } as const;
        status = await Promise.race([
          processes[random.int(processes.length)]?.runtime.start(request).then(
            (result) => result.status,
            () => undefined,
          ) ?? never,
          pause(1_000).then(() => undefined),
        ]);
      }
    }
  })();
  return runs;
}

interface Trouble {
  readonly random: Random;
  readonly until: number;
  readonly up: () => readonly SimProcess[];
  readonly boot: () => void;
  /** Whether processes may stand still. */
  readonly pauses: boolean;
}

async function makeTrouble({ random, until, up, boot, pauses }: Trouble): Promise<void> {
  const mean = 300 + random.int(3_000);
  for (;;) {
    await pause(random.int(mean));
    if (Date.now() >= until) return;
    const processes = up();
    const victim = processes[random.int(processes.length)];
    if (victim === undefined || random.oneIn(3)) {
      if (processes.length < 3) boot();
      continue;
    }
    switch (random.int(6)) {
      case 0:
      case 1:
        if (!pauses) break;
        victim.pause();
        void pause(random.int(3 * leaseMs)).then(() => victim.resume());
        break;
      case 2:
        void victim.runtime.close({ deadlineMs: random.int(500) }).then(() => victim.kill());
        break;
      default:
        victim.kill();
    }
  }
}

interface People {
  readonly random: Random;
  readonly until: number;
  readonly run: string;
  readonly users: SimUsers;
  readonly ended: ReadonlySet<string>;
  /** Whether some process stands still. */
  readonly stuck: () => boolean;
}

async function bePeople({ random, until, run, users, ended, stuck }: People): Promise<void> {
  const chattiness = 2 + random.int(12);
  const cancels = random.oneIn(5);
  while (!ended.has(run)) {
    await pause(20 + random.int(1_500));
    const chaos = Date.now() < until;
    if (chaos && random.oneIn(chattiness)) users.steer(run);
    // People lose their patience when nothing moves.
    if (chaos && cancels && random.oneIn(stuck() ? 2 : 6)) {
      for (let clicks = 1 + random.int(3); clicks > 0; clicks--) users.cancel(run);
    }
    await users.answer(run, chaos);
  }
}
