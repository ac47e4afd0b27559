import { createRuntime } from "@runwire/core";
import { foldAll, type RunEvent, type RunState } from "@runwire/core/protocol";
import { expect, test } from "vitest";
import { cast } from "./agents.test.helper.ts";
import { startBalancer } from "./balancer.test.helper.ts";
import type { Moment, Point } from "./moment.test.helper.ts";
import { outline, withInterrupted } from "./outline.test.helper.ts";
import { createRandom, type Random } from "./random.test.helper.ts";
import { setStage } from "./stage.test.helper.ts";
import { stores } from "./stores.test.helper.ts";

// PROCESSES_KILLS=1000 for a night, PROCESSES_SEED=<seed> for the moments of a run that failed.
const kills = Number(process.env.PROCESSES_KILLS ?? 50);
const seed = Number(process.env.PROCESSES_SEED ?? 1);
/** Workers that are alive, and runs that are under way, at a time. */
const lanes = 2;
const open = 24;

/** Where workers are killed, and how often they come there in a second or so. */
const points: readonly (readonly [Point, number])[] = [
  ["anywhere", 150],
  ["claimed", 3],
  ["asked", 40],
  ["sent", 40],
  ["acknowledged", 40],
  ["intended", 8],
  ["begun", 8],
  ["effected", 8],
  ["released", 3],
];

function drawMoment(random: Random): Moment {
  const [point, often] = points[Math.floor(random() * points.length)] ?? ["sent", 40];
  return { point, n: 1 + Math.floor(random() * often), signal: "SIGKILL" };
}

/** How the story goes when nobody dies. */
async function undisturbed(): Promise<readonly string[]> {
  const runtime = createRuntime({ agents: cast({ note() {}, reached() {} }) });
  const run = runtime.run("clerk", "Go.", {
    on: { "approval.requested": { sign: ({ id }, run) => void run.approve(id) } },
  });
  await run.result;
  await runtime.close();
  return outline(run.state as NonNullable<typeof run.state>);
}

test.concurrent.for(stores)(
  `$name: processes are killed at ${kills} moments of seed ${seed}: every run ends as it would have, and its viewers are told all of it once`,
  {
    timeout: 60_000 + kills * 4_000,
  },
  async (store, { onTestFinished }) => {
    const expected = await undisturbed();
    const stage = await setStage(store, onTestFinished);
    const balancer = await startBalancer();
    onTestFinished(() => balancer.close());
    const front = await stage.start({ works: false });
    balancer.ports.add(front.port);
    const random = createRandom(seed);
    const moments = Array.from({ length: kills }, () => drawMoment(random)).values();

    let killed = 0;
    let mourners: (() => void)[] = [];
    const nextDeath = () =>
      new Promise<void>((resolve) => {
        if (killed === kills) resolve();
        else mourners.push(resolve);
      });

    /** One worker after the other, each until its moment. */
    async function lane(): Promise<void> {
      for (const moment of moments) {
        const worker = await stage.start({ concurrency: 4, moment });
        balancer.ports.add(worker.port);
        expect(await worker.gone).toEqual([null, "SIGKILL"]);
        balancer.ports.delete(worker.port);
        killed++;
        const mourning = mourners;
        mourners = [];
        for (const goOn of mourning) goOn();
      }
    }

    /** How often runs were cut. */
    let cuts = 0;

    /** Starts a run, watches it in two places to its end, and holds what was told against the log. */
    async function tell(turn: number): Promise<void> {
      // Every other approval is given when nobody is left who knew of the run.
      const late = turn % 2 === 0;
      const heard: RunEvent[] = [];
      const told: RunEvent[] = [];
      const watch = async (id: string): Promise<void> => {
        for await (const event of stage.client(balancer).follow(id)) told.push(event);
      };
      let watching: Promise<void> | undefined;
      let signing: Promise<void> | undefined;
      const run = stage.client(front).run("clerk", "Go.", {
        on: {
          event: (event) => void heard.push(event),
          "run.started": ({ run: id }) => {
            watching = watch(id);
          },
          "approval.requested": ({ id }, run) => {
            if (!late) signing = run.approve(id);
          },
          "run.waiting": ({ for: [wait] }, run) => {
            if (!late || wait?.type !== "approval") return;
            signing ??= nextDeath().then(() => run.approve(wait.id));
          },
        },
      });
      expect(await run.result).toBe("All is done, and all is well.");
      await Promise.all([watching, signing]);
      const { events } = await stage.check(run.id);
      expect(heard).toEqual(events);
      expect(told).toEqual(events);
      const actual = outline(foldAll(events) as RunState);
      expect(actual).toEqual(withInterrupted(expected, actual));
      cuts += events.filter((e) => e.type === "run.resumed" && e.cause === "recovery").length;
    }

    /** One run after the other, as long as there is somebody left to kill. */
    async function keepTelling(_: unknown, turn: number): Promise<void> {
      do await tell(turn++);
      while (killed < kills);
    }

    await Promise.all([
      Promise.all(Array.from({ length: lanes }, lane)).then(() => stage.start()),
      ...Array.from({ length: open }, keepTelling),
    ]);
    // Each death cuts several runs, each at a moment of its own.
    expect(cuts).toBeGreaterThanOrEqual(2 * kills);
  },
);
