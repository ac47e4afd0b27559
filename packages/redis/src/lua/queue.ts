import { fairnessMs } from "@runwire/core";

/**
 * Which open runs can be claimed. A run is in `due` (from then on), in the `ready` of its agent (now), or in neither
 * (blocked, asleep, ended). `r` is a table with at least the run's `thread` and `agent`.
 */
export const queue = `
local due = tag .. ':due'

-- Into the queue of what is ready: behind the run of its thread that became ready before it, by a quantum.
local function enqueue(run, r, at)
  local thread = key('thread', r.thread)
  local last = tonumber(redis.call('HGET', thread, 'score') or 0)
  local score = math.max(at, last + ${fairnessMs})
  redis.call('HSET', thread, 'score', score)
  redis.call('ZADD', key('ready', r.agent), score, run)
end

-- Moves on what has become due. In portions: the next call takes the next.
local function wake(now)
  local found = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'WITHSCORES', 'LIMIT', 0, 500)
  for i = 1, #found, 2 do
    local run = found[i]
    redis.call('ZREM', due, run)
    local r = fields(key('run', run), 'thread', 'agent')
    if r.thread then
      enqueue(run, r, tonumber(found[i + 1]))
    end
  end
end

-- From when on the run can be claimed; false: not by time alone.
local function schedule(run, r, at, now)
  redis.call('ZREM', key('ready', r.agent), run)
  if at and at > now then
    redis.call('ZADD', due, at, run)
    return
  end
  redis.call('ZREM', due, run)
  if at then
    wake(now)
    enqueue(run, r, at)
  end
end

-- Nobody holds the run any more, and anybody may claim it from \`at\` on.
local function set_ready(run, r, at, why, now)
  redis.call('HDEL', key('run', run), 'worker', 'expires', 'ready', 'why')
  if at then
    redis.call('HSET', key('run', run), 'ready', at, 'why', why)
  end
  schedule(run, r, at, now)
  if at and at <= now then
    notify('ready')
  end
end

-- Gives the run to a worker, under a new epoch. \`r\` gets what changed.
local function take_lease(run, r, worker, lease_ms, now)
  r.epoch = math.max(tonumber(r.epoch) + 1, now)
  r.expires = now + lease_ms
  redis.call('HDEL', key('run', run), 'ready', 'why')
  redis.call('HSET', key('run', run), 'epoch', r.epoch, 'worker', worker, 'expires', r.expires)
  schedule(run, r, r.expires, now)
end

-- A lease as its holder gets it. \`r\` has all fields of \`lease_fields\`.
local lease_fields = {
  'status', 'agent', 'thread', 'principal', 'epoch', 'tail', 'done', 'inbox', 'expires', 'ready', 'why', 'worker'
}

local function lease_of(run, r, why, now)
  return {
    run, tonumber(r.epoch), r.thread, r.principal, tonumber(r.tail), tonumber(r.done), tonumber(r.inbox),
    now, tonumber(r.expires), why
  }
end
`;
