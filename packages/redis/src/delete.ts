import { queue } from "./lua/queue.ts";
import { script } from "./lua/script.ts";
import { threads } from "./lua/threads.ts";
import { type Places, tombstoneMs } from "./places.ts";

/** Removes a run and leaves its tombstone. Needs `queue` and `threads`. */
const forget = `
local function bury(kind, id)
  redis.call('SET', key(kind, id), '', 'PX', ${tombstoneMs})
end

local function forget(run, now)
  local r = fields(key('run', run), 'status', 'thread', 'agent', 'previous')
  if not r.status then
    return false
  end
  if r.previous then
    redis.call('LREM', key('blocks', r.previous), 0, run)
  end
  set_ready(run, r, false, false, now)
  unblock(run, now)
  redis.call('ZREM', tag .. ':uncompacted', run)
  redis.call('UNLINK', key('run', run), key('log', run), key('inbox', run), key('ids', run))
  notify('run:' .. run)
  notify('inbox:' .. run)
  return r
end
`;

const deleteOne = script(
  "delete run",
  [queue, threads, forget],
  `
  local run = ARGV[6]
  bury('gone', run)
  local now = time()
  local r = forget(run, now)
  if r then
    redis.call('ZREM', key('runs', r.thread), run)
    if r.status ~= 'ended' then
      settle(r.thread, now)
    end
    touch(r.thread, now)
  end
  return { 'ok' }
`,
);

const deleteAll = script(
  "delete thread",
  [queue, threads, forget],
  `
  local thread, idle_ms = ARGV[6], tonumber(ARGV[7])
  local now = time()
  if idle_ms then
    local t = fields(key('thread', thread), 'updated', 'open')
    if not t.updated or now - tonumber(t.updated) < idle_ms or tonumber(t.open) > 0 then
      return { 'ok', {} }
    end
  end
  bury('gone-thread', thread)
  local runs = redis.call('ZRANGE', key('runs', thread), 0, -1)
  for _, run in ipairs(runs) do
    bury('gone', run)
    forget(run, now)
  end
  forget_thread(thread)
  notify('thread:' .. thread)
  return { 'ok', runs }
`,
);

/** `EventLog.delete` of a run. */
export async function deleteRun(places: Places, run: string): Promise<void> {
  const { store } = places;
  const tick = await places.tick();
  // One that nobody has created yet is deleted where nobody can create it any more without finding the tombstone.
  const home = (await places.locate(run)) ?? places.ofThread(run);
  for (let place = await places.reserve(run, home); ; ) {
    await store.call(deleteOne, place.partition, [run], { tick, durable: true });
    const newest = await places.reserve(run, place.partition);
    if (newest.partition === place.partition) break;
    place = newest;
  }
  await places.lapse(run, tombstoneMs);
}

/** `EventLog.delete` of a thread with all its runs. */
export async function deleteThread(
  places: Places,
  thread: string,
  idleMs: number | undefined,
): Promise<void> {
  const args = [thread, idleMs === undefined ? "" : Math.ceil(idleMs)];
  const [, runs] = await places.store.call(deleteAll, places.ofThread(thread), args, {
    durable: true,
  });
  if (!Array.isArray(runs)) return;
  for (const run of runs) await places.lapse(String(run), tombstoneMs);
}
