import type { Command } from "../protocol/command.ts";
import type { Cursor } from "../protocol/cursor.ts";
import type { RunEvent } from "../protocol/events.ts";
import {
  type EventLog,
  maxCommandBytes,
  maxPendingCommands,
  type ReadResult,
  type SendResult,
  type Threads,
} from "./event-log.ts";
import { append } from "./memory-append.ts";
import { create } from "./memory-create.ts";
import { deleteRun, deleteThread } from "./memory-delete.ts";
import { claim, renew } from "./memory-lease.ts";
import { dueAt, runInfo, threadInfo } from "./memory-run.ts";
import { type MemoryStore, memoryStore, setReady } from "./memory-store.ts";
import { encodeSegments } from "./segment.ts";
import { utf8Bytes } from "./utf8-bytes.ts";

export interface MemoryLogOptions {
  /** Store time in ms. Default: `Date.now`. */
  readonly clock?: () => number;
}

/**
 * The log of one process: nothing survives it, and nothing is forgotten before it but by `delete`. Each operation is
 * one synchronous piece of code, and atomic by that. Events are kept as text; whoever appends an array of them does not
 * change it afterwards, since followers in this process get it as it is.
 *
 * The result is a plain object: `{ ...memoryLog(), append }` decorates it.
 */
export function memoryLog(options: MemoryLogOptions = {}): EventLog {
  const store = memoryStore(options.clock ?? Date.now);
  return {
    create: async (run) => create(store, run),
    claim: async (request) => claim(store, request),
    append: async (run, batch) => append(store, run, batch),
    renew: async (leases, leaseMs) => renew(store, leases, leaseMs),
    send: async (run, command) => send(store, run, command),
    inbox: async (run, after, limit) => store.runs.get(run)?.inbox.read(after, limit) ?? [],
    read: async (run, after, limit) => read(store, run, after, limit),
    async find(id) {
      const run = store.runs.get(id);
      return run && runInfo(run);
    },
    wait: (topic, signal) => store.topics.wait(topic, signal),
    compact: async (run, events) => compact(store, run, events),
    uncompacted: async (query) => uncompacted(store, query),
    async delete(what) {
      if ("run" in what) deleteRun(store, what.run);
      else deleteThread(store, what.thread, what.idleMs);
    },
    threads: threads(store),
  };
}

function send(store: MemoryStore, id: string, command: Command): SendResult {
  const run = store.runs.get(id);
  if (run === undefined) return { status: "gone" };
  const { inbox } = run;
  const known = inbox.numberOf(command.id);
  if (known !== undefined) return { status: "ok", n: known };
  if (run.status === "ended") return { status: "closed" };
  if (utf8Bytes(JSON.stringify(command)) > maxCommandBytes) return { status: "too-large" };
  if (inbox.tail - inbox.done >= maxPendingCommands) return { status: "full" };
  const now = store.now();
  const n = inbox.add(command, now);
  const idle = run.status === "open" && run.lease === undefined && dueAt(run) > now;
  if (idle) setReady(store, run, { at: now, why: "input" }, now);
  store.topics.notify(`inbox:${id}`);
  return { status: "ok", n };
}

function read(store: MemoryStore, id: string, after: Cursor, limit: number): ReadResult {
  const run = store.runs.get(id);
  if (run === undefined) return { status: "gone" };
  const { events: kept } = run;
  if (after.seq > kept.tail) return { status: "reset" };
  const at = kept.epochAt(after.seq);
  if (after.seq > 0 && after.epoch !== at) {
    // What was compacted has other numbers now: a cursor that does not name the new epoch is from before.
    if (after.epoch !== undefined || run.compacted) return { status: "reset" };
  }
  const segment = kept.read(after.seq, limit);
  const ended = run.status === "ended" && after.seq + segment.count === kept.tail;
  return { status: "events", segment, ended, tail: kept.tail };
}

function compact(
  store: MemoryStore,
  id: string,
  events: readonly RunEvent[],
): "ok" | "open" | "gone" {
  const run = store.runs.get(id);
  if (run === undefined) return "gone";
  if (run.status !== "ended") return "open";
  if (events[0]?.seq !== 1 || events.at(-1)?.seq !== events.length) {
    throw new TypeError("A compacted run has events numbered from 1 on.");
  }
  store.uncompacted.delete(run);
  // Not fewer: a repeat of what was compacted before.
  if (events.length >= run.events.tail) return "ok";
  const epoch = Math.max(run.epoch + 1, store.now());
  const segments = encodeSegments(events, epoch);
  run.epoch = epoch;
  run.compacted = true;
  run.events.replace(segments);
  store.topics.notify(run.topic);
  return "ok";
}

function uncompacted(
  store: MemoryStore,
  { ageMs, limit }: Parameters<EventLog["uncompacted"]>[0],
): readonly string[] {
  const since = store.now() - ageMs;
  const old: string[] = [];
  for (const { run, endedAt } of store.uncompacted) {
    if (endedAt > since || old.length >= limit) break;
    old.push(run);
  }
  return old;
}

function threads({ threads: all }: MemoryStore): Threads {
  return {
    async get(id) {
      const thread = all.get(id);
      return thread && threadInfo(thread);
    },
    async list({ principal, limit, before = Number.POSITIVE_INFINITY }) {
      return [...all.values()]
        .filter((thread) => principal === undefined || thread.principal === principal)
        .filter((thread) => thread.updatedAt < before)
        .sort((a, b) => b.updatedAt - a.updatedAt)
        .slice(0, limit)
        .map(threadInfo);
    },
    runs: async (id) => all.get(id)?.runs.map(runInfo) ?? [],
  };
}
