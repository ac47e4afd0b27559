import { createRuntime, memoryLog, segmentEvents } from "@runwire/core";
import { foldAll, type RunEvent } from "@runwire/core/protocol";
import { check, spread } from "./measure.ts";
import { inProcess } from "./sqlite/latency.ts";
import { openRun } from "./sqlite/runs.ts";
import { format, type Section } from "./table.ts";

const runs = 300;
const pauseMs = 8;

/** How long the first word of an answer takes from the log in memory to who waits for it. */
export async function logLatency(): Promise<Section> {
  const kinds = [
    { name: "a follower of the log", delays: await inProcess(memoryLog(), "run_0") },
    { name: "a viewer of a runtime, first delta of a run", delays: await firstDeltas() },
  ];
  return {
    title: "The log in memory: the first delta",
    note: "By the clock, in one process, with nothing else under way: from the call of an append of one delta to when who waits for it has it.",
    tables: [
      {
        caption: "From an append to a follower",
        head: ["", "ms", "quartiles"],
        rows: kinds.map(({ name, delays }) => {
          const { median, low, high } = spread(delays);
          return [name, format(median), `${format(low)} – ${format(high)}`];
        }),
      },
    ],
  };
}

/** One run after another, each with a viewer that waits at its tail for the first delta. */
async function firstDeltas(): Promise<readonly number[]> {
  const log = memoryLog();
  const runtime = createRuntime({ agents: [], log, recover: false });
  const delays: number[] = [];
  for (let n = 0; n < runs; n++) {
    const run = `run_first_${n}`;
    const { epoch } = await openRun(log, run);
    const heard = Promise.withResolvers<number>();
    const seen: RunEvent[] = [];
    const watching = runtime.watch(
      run,
      {},
      {
        next(item) {
          if (item.type === "events") seen.push(...segmentEvents(item.segment));
          if (seen.at(-1)?.type === "text.delta") heard.resolve(performance.now());
          return true;
        },
        end() {},
      },
    );
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const began = performance.now();
    void log.append(run, {
      epoch,
      after: 1,
      events: [{ seq: 2, type: "text.delta", id: "p3", delta: "The" }],
    });
    delays.push((await heard.promise) - began);
    watching.leave();
    check(foldAll(seen)?.seq === 2 && seen.length === 2, "the viewer has all events, once");
    await log.delete({ run });
  }
  await runtime.close();
  return delays;
}
