import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setImmediate as macrotask } from "node:timers/promises";
import type { EventLog } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import type { RedisServer } from "redis-test-server";
import { check } from "../measure.ts";
import { join } from "../server/child.ts";
import { openRun } from "../sqlite/runs.ts";

const processes = 2;
const batches = 50;
const perBatch = 20;

/** What Redis was asked while viewers followed a run, live. */
export interface Asked {
  readonly viewers: number;
  readonly appends: number;
  /** Reads of the run's stream, by all processes. */
  readonly reads: number;
  readonly subscriptions: number;
  /** Connections that the server processes have. */
  readonly connections: number;
}

/** So many viewers on two server processes follow one run from its first event to its last. */
export async function watch(redis: RedisServer, log: EventLog, viewers: number): Promise<Asked> {
  const run = `run_${viewers}`;
  const { epoch } = await openRun(log, run);
  const before = await connections(redis);
  await redis.cli("config", "resetstat");
  const servers = await Promise.all(Array.from({ length: processes }, () => serve(redis.url, run)));
  try {
    const ends: Promise<number>[] = [];
    // In groups: a thousand connections at once overrun the queue of new ones.
    for (let from = 0; from < viewers; from += 100) {
      const group = Array.from({ length: Math.min(100, viewers - from) }, (_, i) =>
        join(servers[i % processes]?.port ?? 0),
      );
      ends.push(...group.map(({ end }) => end));
      await Promise.all(group.map(({ joined }) => joined));
    }
    // Their beginnings are over: what is counted is how they follow.
    const subscribed = calls(await redis.cli("info", "commandstats"), "subscribe");
    await redis.cli("config", "resetstat");
    await tell(log, run, epoch);
    const sizes = await Promise.all(ends);
    const least = batches * perBatch * 50;
    check(
      sizes.every((size) => size > least),
      "every viewer got everything",
    );
    const stats = await redis.cli("info", "commandstats");
    return {
      viewers,
      appends: calls(stats, "xadd"),
      reads: calls(stats, "xrange"),
      subscriptions: subscribed + calls(stats, "subscribe"),
      connections: (await connections(redis)) - before,
    };
  } finally {
    const exits = servers.map(({ child }) => once(child, "exit"));
    for (const { child } of servers) child.kill("SIGKILL");
    await Promise.all(exits);
    // Redis hears of it a moment later.
    while ((await connections(redis)) > before) await macrotask();
  }
}

async function serve(url: string, run: string): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(new URL("./serve.ts", import.meta.url), [url, run], {
    execArgv: process.execArgv,
  });
  const [{ port }] = await once(child, "message");
  return { child, port };
}

/** A model that speaks: a batch every few milliseconds, then the end. */
async function tell(log: EventLog, run: string, epoch: number): Promise<void> {
  let seq = 1;
  for (let batch = 0; batch < batches; batch++) {
    const events = Array.from({ length: perBatch }, (): RunEvent => {
      return { seq: ++seq, type: "text.delta", id: "p3", delta: `word ${seq} ` };
    });
    const answer = await log.append(run, { epoch, after: seq - perBatch, events });
    check(answer.status === "ok", `append: ${answer.status}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const usage = { inputTokens: 1, outputTokens: 1 };
  const end: RunEvent = { seq: seq + 1, type: "run.completed", finishReason: "stop", usage, at: 1 };
  const answer = await log.append(run, { epoch, after: seq, events: [end], end: "close" });
  check(answer.status === "ok", `close: ${answer.status}`);
}

async function connections(redis: RedisServer): Promise<number> {
  return Number(/connected_clients:(\d+)/.exec(await redis.cli("info", "clients"))?.[1]);
}

function calls(stats: string, command: string): number {
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}
