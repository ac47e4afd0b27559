/** Threads: their lists, their head, and how they end. Needs `queue`. */
export const threads = `
local function lists(principal)
  local all = { tag .. ':threads' }
  if principal then
    all[2] = key('threads-of', principal)
  end
  return all
end

-- Notes activity. Times of update are unique, so that a list can be paged by them; with many partitions, one of them
-- gives out the times, and the caller brings one along.
local function touch(thread, now)
  local updated = tonumber(ARGV[4])
  if not updated then
    updated = math.max(tonumber(redis.call('HGET', tag .. ':store', 'updated') or 0) + 1, now)
    redis.call('HSET', tag .. ':store', 'updated', updated)
  end
  local t = fields(key('thread', thread), 'principal', 'updated')
  updated = math.max(updated, tonumber(t.updated or 0))
  redis.call('HSET', key('thread', thread), 'updated', updated)
  for _, list in ipairs(lists(t.principal)) do
    redis.call('ZADD', list, updated, thread)
  end
  notify('thread:' .. thread)
end

-- The newest run that is kept. Those that lapsed are forgotten on the way.
local function head_of(thread)
  local runs = key('runs', thread)
  while true do
    local newest = redis.call('ZREVRANGE', runs, 0, 0)[1]
    if not newest or redis.call('EXISTS', key('run', newest)) == 1 then
      return newest or false
    end
    redis.call('ZREM', runs, newest)
  end
end

-- One run of the thread has ended or is gone. A thread whose runs have all ended goes with the last of them.
local function settle(thread, now)
  local open = redis.call('HINCRBY', key('thread', thread), 'open', -1)
  if retention == 0 or open > 0 then
    return
  end
  -- A little later than its runs: until then it is taken out of the lists.
  redis.call('PEXPIRE', key('thread', thread), retention + 3600000)
  redis.call('PEXPIRE', key('runs', thread), retention + 3600000)
  redis.call('ZADD', tag .. ':lapses', now + retention, thread)
end

local function forget_thread(thread)
  for _, list in ipairs(lists(redis.call('HGET', key('thread', thread), 'principal'))) do
    redis.call('ZREM', list, thread)
  end
  redis.call('ZREM', tag .. ':lapses', thread)
  redis.call('UNLINK', key('thread', thread), key('runs', thread))
end

-- A few of those whose time has come, so that nothing is left of them however many they are.
local function prune(now)
  if retention > 0 then
    redis.call('ZREMRANGEBYSCORE', tag .. ':uncompacted', '-inf', now - retention)
    for _, thread in ipairs(redis.call('ZRANGEBYSCORE', tag .. ':lapses', '-inf', now, 'LIMIT', 0, 5)) do
      forget_thread(thread)
    end
  end
end

-- Lets go whoever waited for this run to end.
local function unblock(run, now)
  local blocks = key('blocks', run)
  for _, other in ipairs(redis.call('LRANGE', blocks, 0, -1)) do
    local r = fields(key('run', other), 'thread', 'agent')
    if r.thread then
      redis.call('HSET', key('run', other), 'status', 'open')
      set_ready(other, r, now, 'new', now)
    end
  end
  redis.call('UNLINK', blocks)
end
`;
