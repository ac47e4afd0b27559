import type { RunInfo, ThreadInfo, Threads } from "@runwire/core";
import { queue } from "./lua/queue.ts";
import { script } from "./lua/script.ts";
import { threads } from "./lua/threads.ts";
import type { Places } from "./places.ts";
import { optional, type Reply } from "./store.ts";

/** What is told of a run and of a thread. Needs `queue` and `threads`. */
const info = `
local function run_info(run)
  local r = fields(key('run', run), 'thread', 'agent', 'principal', 'previous', 'status', 'tail', 'created')
  return r.status and {
    run, r.thread, r.agent, r.principal, r.previous, r.status, tonumber(r.tail), tonumber(r.created)
  }
end

local function thread_info(thread)
  local t = fields(key('thread', thread), 'principal', 'title', 'created', 'updated')
  return t.created and {
    thread, t.principal, t.title, head_of(thread), tonumber(t.created), tonumber(t.updated)
  }
end
`;
const parts = [queue, threads, info];

const find = script(
  "find",
  parts,
  `
  local found = run_info(ARGV[6])
  return found and { 'ok', found } or { 'gone' }
`,
);

const get = script("thread", parts, "return { thread_info(ARGV[6]) }");

const list = script(
  "list threads",
  parts,
  `
  local principal, before, limit = optional(ARGV[6]), ARGV[7], tonumber(ARGV[8])
  local all, found = lists(principal), {}
  local members = all[#all]
  -- Those that lapsed are passed over, and forgotten.
  while #found < limit do
    local some = redis.call('ZREVRANGEBYSCORE', members, before, '-inf', 'LIMIT', 0, limit)
    for _, thread in ipairs(some) do
      local t = thread_info(thread)
      if not t then
        redis.call('ZREM', members, thread)
      elseif #found < limit then
        found[#found + 1] = t
        before = '(' .. t[6]
      end
    end
    if #some < limit then
      break
    end
  end
  return found
`,
);

const runs = script(
  "runs",
  parts,
  `
  local found = {}
  for _, run in ipairs(redis.call('ZRANGE', key('runs', ARGV[6]), 0, -1)) do
    found[#found + 1] = run_info(run) or nil
  end
  return found
`,
);

/** `EventLog.find`. */
export async function findRun(places: Places, run: string): Promise<RunInfo | undefined> {
  const reply = await places.at(run, (partition) => places.store.call(find, partition, [run]));
  return Array.isArray(reply?.[1]) ? decodeRun(reply[1]) : undefined;
}

/** `EventLog.threads`. */
export function redisThreads(places: Places): Threads {
  const { store } = places;
  return {
    async get(thread) {
      const [found] = await store.call(get, places.ofThread(thread), [thread]);
      return Array.isArray(found) ? decodeThread(found) : undefined;
    },
    async list({ principal, limit, before }) {
      if (limit < 1) return [];
      const end = before === undefined ? "+inf" : `(${before}`;
      const each = Array.from({ length: store.partitions }, (_, partition) =>
        store.call(list, partition, [optional(principal), end, limit]),
      );
      const all = (await Promise.all(each)).flat().map((found) => decodeThread(found as Reply));
      return all.sort((a, b) => b.updatedAt - a.updatedAt).slice(0, limit);
    },
    async runs(thread) {
      const found = await store.call(runs, places.ofThread(thread), [thread]);
      return found.map((run) => decodeRun(run as Reply));
    },
  };
}

function decodeRun(reply: Reply): RunInfo {
  const [run, thread, agent, principal, previous, status, tail, createdAt] = reply;
  return {
    run: String(run),
    thread: String(thread),
    agent: String(agent),
    ...(typeof principal === "string" && { principal }),
    ...(typeof previous === "string" && { previous }),
    status: status as RunInfo["status"],
    tail: Number(tail),
    createdAt: Number(createdAt),
  };
}

function decodeThread(reply: Reply): ThreadInfo {
  const [thread, principal, title, head, createdAt, updatedAt] = reply;
  return {
    thread: String(thread),
    ...(typeof principal === "string" && { principal }),
    ...(typeof title === "string" && { title }),
    ...(typeof head === "string" && { head }),
    createdAt: Number(createdAt),
    updatedAt: Number(updatedAt),
  };
}
