import { acknowledgement } from "./acknowledgement.ts";
import { appendEvents } from "./append.ts";
import { checkEviction } from "./check-eviction.ts";
import { claimRuns } from "./claim.ts";
import { compactRun, uncompactedRuns } from "./compact.ts";
import { connectionOf } from "./connection-of.ts";
import { createRun } from "./create.ts";
import { deleteRun, deleteThread } from "./delete.ts";
import { redisHints } from "./hints.ts";
import { readInbox, sendCommand } from "./inbox.ts";
import { Places } from "./places.ts";
import { readLog } from "./read.ts";
import type { RedisLog, RedisLogOptions } from "./redis-log-options.ts";
import { renewLeases } from "./renew.ts";
import { channelsOf, Store } from "./store.ts";
import { findRun, redisThreads } from "./threads.ts";

/** What only tests ask for. */
export interface Hooks {
  /** Store time in ms instead of Redis' own. */
  readonly clock?: () => number;
}

export function openRedisLog(options: RedisLogOptions, hooks: Hooks = {}): RedisLog {
  const { client, prefix = "rw", partitions = 1, retention = 0, replicas = 0 } = options;
  const { timeoutMs = 5_000, onError = console.error } = options;
  checkOptions(options);
  const connection = connectionOf(client);
  const acknowledged =
    replicas > 0 ? acknowledgement({ connection, replicas, timeoutMs, onError }) : undefined;
  const store = new Store({
    connection,
    prefix,
    partitions,
    retention,
    timeoutMs,
    clock: hooks.clock,
    acknowledgement: acknowledged,
  });
  const places = new Places(store);
  const hints = redisHints({ connection, channels: channelsOf(prefix), onError });
  void checkEviction(store, onError);
  return {
    create: (run) => createRun(places, run),
    claim: (request) => claimRuns(places, request),
    append: (run, batch) => appendEvents(places, run, batch),
    renew: (leases, leaseMs) => renewLeases(places, leases, leaseMs),
    send: (run, command) => sendCommand(places, run, command),
    inbox: (run, after, limit) => readInbox(places, run, after, limit),
    read: (run, after, limit) => readLog(places, run, after, limit),
    find: (run) => findRun(places, run),
    wait: (topic, signal) => hints.wait(topic, signal),
    compact: (run, events) => compactRun(places, run, events),
    uncompacted: (query) => uncompactedRuns(places, query),
    delete: (what) =>
      "run" in what ? deleteRun(places, what.run) : deleteThread(places, what.thread, what.idleMs),
    threads: redisThreads(places),
    close() {
      hints.close();
      acknowledged?.close();
    },
  };
}

function checkOptions(options: RedisLogOptions): void {
  const { prefix = "rw", partitions = 1, retention, replicas = 0, timeoutMs = 1 } = options;
  if (!/^[\w.:/-]+$/.test(prefix)) {
    throw new TypeError(`"${prefix}" is no prefix: letters, digits, "-", "_", ".", ":" and "/".`);
  }
  check("partitions", partitions, 1, 64);
  check("replicas", replicas, 0, 16);
  check("timeoutMs", timeoutMs, 1, 2_147_483_647);
  if (retention !== undefined) check("retention", retention, 1, Number.MAX_SAFE_INTEGER);
}

function check(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new TypeError(`${name} is a whole number from ${least} to ${most}, not ${value}.`);
}
