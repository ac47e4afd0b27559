import { fork } from "node:child_process";
import { once } from "node:events";
import { type EventLog, segmentEvents } from "@runwire/core";
import { check } from "../measure.ts";
import { openRun } from "./runs.ts";

/** An event now and then, as the first one of an answer is. */
const events = 300;
const pauseMs = 8;

/** How long each event was on its way from the append to a follower that waits for it, in ms. */
export async function inProcess(log: EventLog, run: string): Promise<readonly number[]> {
  const lease = await openRun(log, run);
  const done = new AbortController();
  const delays: number[] = [];
  const following = (async () => {
    for (let seq = 1; delays.length < events; ) {
      const hint = log.wait(`run:${run}`, done.signal);
      const read = await log.read(run, { seq }, 1_000);
      const now = process.hrtime.bigint();
      check(read.status === "events", `read: ${read.status}`);
      if (read.segment.count === 0) {
        await hint;
        continue;
      }
      for (const event of segmentEvents(read.segment)) {
        if (event.type === "text.delta") delays.push(Number(now - BigInt(event.delta)) / 1e6);
      }
      seq += read.segment.count;
    }
  })();
  await say(log, run, lease.epoch);
  await following;
  done.abort();
  return delays;
}

/** The same to a follower in another process. */
export async function toProcess(
  log: EventLog,
  path: string,
  run: string,
): Promise<readonly number[]> {
  const { epoch } = await openRun(log, run);
  const child = fork(new URL("./follow.ts", import.meta.url), [path, run], {
    execArgv: process.execArgv,
  });
  try {
    // The first event was there before: now it follows.
    await once(child, "message");
    const delays: number[] = [];
    const all = new Promise<void>((resolve) => {
      child.on("message", (delay) => {
        delays.push(Number(delay));
        if (delays.length === events) resolve();
      });
    });
    await say(log, run, epoch);
    await all;
    return delays;
  } finally {
    child.kill("SIGKILL");
  }
}

async function say(log: EventLog, run: string, epoch: number): Promise<void> {
  for (let seq = 2; seq < 2 + events; seq++) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const delta = `${process.hrtime.bigint()}`;
    const answer = await log.append(run, {
      epoch,
      after: seq - 1,
      events: [{ seq, type: "text.delta", id: "p3", delta }],
    });
    check(answer.status === "ok", `append: ${answer.status}`);
  }
}
